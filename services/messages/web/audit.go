package web

import (
	"fmt"
	"strings"
	"time"
)

// AuditEntry is an act of somebody who runs the place.
type AuditEntry struct {
	ID      int64
	At      time.Time
	Actor   string // "" for the command line
	Action  string
	Subject string // a person, a room or an invite
	Detail  map[string]any
}

// Phrase is a piece of a sentence: Text, in bold if it is a name, a link if it
// has an address.
type Phrase struct {
	Text string
	Href string
	Name bool
}

// sentences say what was done. {person} and {room} are the subject as a link,
// {subject} as it is; {x} is x of the details.
var sentences = map[string]string{ //nolint:gosec // what was done to passwords, no passwords
	"invite.create":      "made an invite for {uses} as {role}",
	"invite.revoke":      "revoked an invite",
	"person.role":        "made {person} {role}",
	"person.ban":         "banned {person}",
	"person.unban":       "let {person} back in",
	"person.password":    "set a new password for {person}",
	"person.owner":       "made {person} an owner",
	"room.title":         "renamed {room} to “{title}”",
	"room.topic":         "changed the topic of {room}",
	"room.archive":       "archived {room}",
	"room.unarchive":     "opened {room} again",
	"room.member.remove": "removed {username} from {room}",
}

// Sentence says what was done, beginning with who did it.
func (e AuditEntry) Sentence() []Phrase {
	actor := Phrase{Text: "The command line", Name: true}
	if e.Actor != "" {
		actor = Phrase{Text: e.Actor, Href: "/people/" + e.Actor, Name: true}
	}
	form, known := sentences[e.Action]
	if !known {
		return append([]Phrase{actor}, e.plain()...)
	}
	said := []Phrase{actor, {Text: " "}}
	for form != "" {
		text, rest, found := strings.Cut(form, "{")
		if text != "" {
			said = append(said, Phrase{Text: text})
		}
		if !found {
			break
		}
		var slot string
		slot, form, _ = strings.Cut(rest, "}")
		said = append(said, e.fill(slot))
	}
	return said
}

func (e AuditEntry) fill(slot string) Phrase {
	switch slot {
	case "person":
		return Phrase{Text: e.Subject, Href: "/people/" + e.Subject, Name: true}
	case "room":
		return Phrase{Text: "#" + e.Subject, Href: "/chat/" + e.Subject, Name: true}
	}
	return Phrase{Text: fmt.Sprint(e.Detail[slot]), Name: true}
}

// plain is for an act that has no sentence: one of a later release.
func (e AuditEntry) plain() []Phrase {
	said := []Phrase{{Text: ": " + e.Action}}
	if e.Subject != "" {
		said = append(said, Phrase{Text: " "}, Phrase{Text: e.Subject, Name: true})
	}
	return said
}
