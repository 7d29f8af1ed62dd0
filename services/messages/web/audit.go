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

// sentences say what was done. {person} and {room} are the subject as a link;
// {x} is x of the details, in words.
var sentences = map[string]string{ //nolint:gosec // what was done to passwords, no passwords
	"invite.made":     "made an invite for {uses} ({role})",
	"invite.revoked":  "revoked an invite",
	"role.changed":    "made {person} {to}",
	"person.banned":   "banned {person}",
	"person.unbanned": "let {person} back in",
	"password.reset":  "set a new password for {person}",
	"owner.made":      "made {person} an owner",
	"room.changed":    "changed {room}",
	"room.archived":   "archived {room}",
	"room.unarchived": "opened {room} again",
	"member.removed":  "removed {username} from {room}",
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
	if to, ok := e.Detail[slot].(string); ok && slot == "to" {
		return Phrase{Text: withArticle(to), Name: true}
	}
	return Phrase{Text: inWords(e.Detail[slot]), Name: true}
}

// inWords is a detail for the reader.
func inWords(detail any) string {
	switch d := detail.(type) {
	case string:
		return d
	case float64: // as numbers are in JSON
		if d == 1 {
			return "1 person"
		}
		return fmt.Sprintf("%.0f people", d)
	}
	return fmt.Sprint(detail)
}

// withArticle puts an “a” or “an” before a word.
func withArticle(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// plain is for an act that has no sentence: one of a later release.
func (e AuditEntry) plain() []Phrase {
	said := []Phrase{{Text: ": " + e.Action}}
	if e.Subject != "" {
		said = append(said, Phrase{Text: " "}, Phrase{Text: e.Subject, Name: true})
	}
	return said
}
