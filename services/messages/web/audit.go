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
// {in} is the room of the details; {x} is x of the details, in words.
var sentences = map[string]string{ //nolint:gosec // what was done to passwords, no passwords
	"invite.made":           "made an invite for {uses} ({role})",
	"invite.revoked":        "revoked an invite",
	"role.changed":          "made {person} {to}",
	"person.banned":         "banned {person}",
	"person.unbanned":       "let {person} back in",
	"password.reset":        "set a new password for {person}",
	"owner.made":            "made {person} an owner",
	"room.title":            "called {room} “{title}”",
	"room.topic":            "changed the topic of {room}",
	"room.settings":         "changed {room}",
	"room.retention":        "changed how long messages are kept in {room}: {kept}",
	"room.archived":         "archived {room}",
	"room.unarchived":       "opened {room} again",
	"room.retention.hidden": "changed how long messages are kept in a private room: {kept}",
	"room.hidden":           "changed a private room",
	"member.remove":         "removed {person} from {in}",
	"member.hidden":         "removed {person} from a private room",
}

// kind is what the entry says, more exactly than its action does: which of a
// room's settings changed, and whether the room is one that readers of the
// audit may not know of.
func (e AuditEntry) kind() string {
	switch e.Action {
	case "room.change":
		return "room." + e.setting()
	case "member.remove":
		if _, named := e.Detail["room"]; !named {
			return "member.hidden"
		}
	}
	return e.Action
}

func (e AuditEntry) setting() string {
	_, title := e.Detail["title"]
	_, topic := e.Detail["topic"]
	archived, archive := e.Detail["archived"].(bool)
	_, retention := e.Detail["retention_days"]
	switch {
	case e.Subject == "" && retention:
		return "retention.hidden"
	case e.Subject == "":
		return "hidden"
	case retention && !title && !topic && !archive:
		return "retention"
	case archive && archived:
		return "archived"
	case archive:
		return "unarchived"
	case title && topic:
		return "settings"
	case topic:
		return "topic"
	case title:
		return "title"
	}
	return "settings"
}

// Sentence says what was done, beginning with who did it.
func (e AuditEntry) Sentence() []Phrase {
	actor := Phrase{Text: "The command line", Name: true}
	if e.Actor != "" {
		actor = Phrase{Text: e.Actor, Href: "/people/" + e.Actor, Name: true}
	}
	form, known := sentences[e.kind()]
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
		return roomPhrase(e.Subject)
	case "in":
		return roomPhrase(inWords(e.Detail["room"]))
	}
	if slot == "kept" {
		return Phrase{Text: keptWords(e.Detail["retention_days"]), Name: true}
	}
	if to, ok := e.Detail[slot].(string); ok && slot == "to" {
		return Phrase{Text: withArticle(to), Name: true}
	}
	return Phrase{Text: inWords(e.Detail[slot]), Name: true}
}

func roomPhrase(name string) Phrase {
	return Phrase{Text: "#" + name, Href: "/chat/" + name, Name: true}
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

// keptWords says how long messages are kept.
func keptWords(days any) string {
	if n, ok := days.(float64); ok { // as numbers are in JSON
		return forDays(int(n))
	}
	return "as everywhere else"
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
