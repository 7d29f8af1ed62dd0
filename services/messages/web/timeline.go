package web

import (
	"html"
	"regexp"
	"strings"
	"time"

	"parley/core/bidi"
	"parley/core/chat"
)

// groupFor is how long after a message another of the same author belongs to
// it, as in js/model/grouping.js.
const groupFor = 5 * time.Minute

// Entry is a message with what stands around it.
type Entry struct {
	chat.Message
	Day       string // the day that begins with this message; "" if it goes on
	First     bool   // the unread begins with this message
	Continued bool   // belongs to the message before: no name, no picture
	Answered  *Entry // what it answers, if that is on the page
	Author    Person
	people    map[string]Person
}

// pinner is what the one is called who pinned the message.
func (e *Entry) pinner() string { return PersonOf(e.people, e.PinnedBy).Name() }

// PersonOf returns somebody of people; somebody who isn't among them has no more
// than a username.
func PersonOf(people map[string]Person, username string) Person {
	if p, ok := people[username]; ok {
		return p
	}
	return Person{Username: username}
}

// Entries are the room's messages with what stands around them.
func (r Room) Entries() []Entry {
	entries := timeline(r.Messages, r.Named)
	if r.Room.Unread == 0 {
		return entries
	}
	for i, e := range entries {
		if e.ID > r.Room.Read && e.Username != r.Me.Username && !e.Deleted && e.Thread == 0 {
			if i > 0 || !r.More {
				entries[i].First, entries[i].Continued = true, false
			}
			break
		}
	}
	return entries
}

// timeline sets messages, oldest first, in days and groups. Days and times are
// UTC: the script, which knows the reader's clock, sets them anew.
func timeline(messages []chat.Message, people map[string]Person) []Entry {
	entries := make([]Entry, len(messages))
	byID := make(map[chat.Position]*Entry, len(messages))
	var before chat.Message
	var day string
	for i, m := range messages {
		e := Entry{Message: m, Answered: byID[m.ReplyTo], Author: PersonOf(people, m.Username), people: people}
		if d := m.CreatedAt.UTC().Format("Monday, 2 January 2006"); d != day {
			day, e.Day = d, d
		}
		e.Continued = e.Day == "" && m.ReplyTo == 0 && m.Username == before.Username && m.CreatedAt.Sub(before.CreatedAt) < groupFor
		entries[i] = e
		byID[m.ID] = &entries[i]
		before = m
	}
	return entries
}

// Clock is the time of day at which the message was written.
func (e Entry) Clock() string { return e.CreatedAt.UTC().Format("15:04") }

// Stamp is when the message was written, for machines.
func (e Entry) Stamp() string { return stamp(e.CreatedAt) }

func stamp(t time.Time) string { return t.UTC().Format(chat.TimeFormat) }

// Edited reports whether the message is another than it was.
func (e Entry) Edited() bool { return !e.EditedAt.IsZero() && !e.Deleted }

// maxExcerpt is how much of a message is quoted, in characters, as in
// js/view/message/quote.js.
const maxExcerpt = 140

// Tags of a rendered body, which is sanitised: an attribute has no >. A block's
// end is the end of a word, as in js/view/message/quote.js.
var (
	block = regexp.MustCompile(`</?(?:p|br|li|td|th|pre|blockquote|h[1-6])\b[^>]*>`)
	tag   = regexp.MustCompile(`<[^>]*>`)
)

// Excerpt is the beginning of the message, on one line, without its formatting and
// what turns the text around it.
func (e Entry) Excerpt() string {
	if e.Deleted {
		return "This message was deleted"
	}
	text := e.Body
	if e.HTML != "" {
		text = html.UnescapeString(tag.ReplaceAllString(block.ReplaceAllString(e.HTML, " "), ""))
	}
	line := []rune(strings.Join(strings.Fields(bidi.Without(text)), " "))
	if len(line) > maxExcerpt {
		return string(line[:maxExcerpt]) + "…"
	}
	return string(line)
}
