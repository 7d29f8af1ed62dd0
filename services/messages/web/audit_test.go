package web

import (
	"strings"
	"testing"
)

func TestSentences(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]AuditEntry{
		"ada made an invite for 25 people (member)":                                      {Actor: "ada", Action: "invite.made", Subject: "k3y", Detail: map[string]any{"uses": 25.0, "role": "member"}},
		"ada made an invite for 1 person (guest)":                                        {Actor: "ada", Action: "invite.made", Detail: map[string]any{"uses": 1.0, "role": "guest"}},
		"ada made grace an admin":                                                        {Actor: "ada", Action: "role.changed", Subject: "grace", Detail: map[string]any{"from": "member", "to": "admin"}},
		"The command line set a new password for linus":                                  {Action: "password.reset", Subject: "linus"},
		"grace archived #attic":                                                          {Actor: "grace", Action: "room.change", Subject: "attic", Detail: map[string]any{"archived": true}},
		"grace opened #attic again":                                                      {Actor: "grace", Action: "room.change", Subject: "attic", Detail: map[string]any{"archived": false}},
		"grace called #attic “Loft”":                                                     {Actor: "grace", Action: "room.change", Subject: "attic", Detail: map[string]any{"title": "Loft"}},
		"grace changed the topic of #attic":                                              {Actor: "grace", Action: "room.change", Subject: "attic", Detail: map[string]any{"topic": ""}},
		"grace changed #attic":                                                           {Actor: "grace", Action: "room.change", Subject: "attic", Detail: map[string]any{"topic": "", "title": "Loft"}},
		"grace changed a private room":                                                   {Actor: "grace", Action: "room.change", Detail: map[string]any{"kind": "private"}},
		"grace changed how long messages are kept in #attic: for 30 days":                {Actor: "grace", Action: "room.change", Subject: "attic", Detail: map[string]any{"retention_days": 30.0}},
		"grace changed how long messages are kept in #attic: for ever":                   {Actor: "grace", Action: "room.change", Subject: "attic", Detail: map[string]any{"retention_days": 0.0}},
		"grace changed how long messages are kept in a private room: as everywhere else": {Actor: "grace", Action: "room.change", Detail: map[string]any{"kind": "private", "retention_days": nil}},
		"grace removed linus from #launch":                                               {Actor: "grace", Action: "member.remove", Subject: "linus", Detail: map[string]any{"room": "launch"}},
		"grace removed linus from a private room":                                        {Actor: "grace", Action: "member.remove", Subject: "linus", Detail: map[string]any{"kind": "private"}},
		"ada: something.new {x}":                                                         {Actor: "ada", Action: "something.new", Subject: "{x}"},
		"ada: something.newer":                                                           {Actor: "ada", Action: "something.newer"},
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
