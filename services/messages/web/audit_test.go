package web

import (
	"strings"
	"testing"
)

func TestSentences(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]AuditEntry{
		"ada made an invite for 25 people (member)":     {Actor: "ada", Action: "invite.made", Subject: "k3y", Detail: map[string]any{"uses": 25.0, "role": "member"}},
		"ada made an invite for 1 person (guest)":       {Actor: "ada", Action: "invite.made", Detail: map[string]any{"uses": 1.0, "role": "guest"}},
		"ada made grace an admin":                       {Actor: "ada", Action: "role.changed", Subject: "grace", Detail: map[string]any{"from": "member", "to": "admin"}},
		"The command line set a new password for linus": {Action: "password.reset", Subject: "linus"},
		"grace archived #attic":                         {Actor: "grace", Action: "room.archived", Subject: "attic"},
		"grace removed linus from #launch":              {Actor: "grace", Action: "member.removed", Subject: "launch", Detail: map[string]any{"username": "linus"}},
		"ada: something.new {x}":                        {Actor: "ada", Action: "something.new", Subject: "{x}"},
		"ada: something.newer":                          {Actor: "ada", Action: "something.newer"},
	} {
		var said strings.Builder
		for _, p := range e.Sentence() {
			said.WriteString(p.Text)
		}
		if said.String() != want {
			t.Errorf("%s is %q, want %q", e.Action, said.String(), want)
		}
	}
}
