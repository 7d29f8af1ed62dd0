package web

import (
	"html/template"
	"strings"
	"time"

	"parley/core/chat"
)

// groupFor is how long after a message another of the same author belongs to
// it, as in js/model/grouping.js.
const groupFor = 5 * time.Minute

// entry is a message with what stands around it.
type entry struct {
	chat.Message
	Day       string // the day that begins with this message; "" if it goes on
	First     bool   // the unread begins with this message
	Continued bool   // belongs to the message before: no name, no picture
	Answered  *entry // what it answers, if that is on the page
}

// Entries are the room's messages with what stands around them.
func (r Room) Entries() []entry {
	entries := timeline(r.Messages)
	if r.Room.Unread == 0 {
		return entries
	}
	for i, e := range entries {
		if e.ID > r.Room.Read && e.Username != r.Me.Username && !e.Deleted {
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
func timeline(messages []chat.Message) []entry {
	entries := make([]entry, len(messages))
	byID := make(map[chat.Position]*entry, len(messages))
	var before chat.Message
	var day string
	for i, m := range messages {
		e := entry{Message: m, Answered: byID[m.ReplyTo]}
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
func (e entry) Clock() string { return e.CreatedAt.UTC().Format("15:04") }

// Stamp is when the message was written, for machines.
func (e entry) Stamp() string { return stamp(e.CreatedAt) }

func stamp(t time.Time) string { return t.UTC().Format(chat.TimeFormat) }

// Edited reports whether the message is another than it was.
func (e entry) Edited() bool { return !e.EditedAt.IsZero() && !e.Deleted }

// Rich is the formatted body. It was sanitised by core/markup when it was
// stored, and nothing else is ever stored there.
func (e entry) Rich() template.HTML { return template.HTML(e.HTML) } //nolint:gosec // see above

// Big reports whether the message is nothing but a few emoji.
func (e entry) Big() bool { return isBigEmoji(e.Body) }

// maxExcerpt is how much of a message is quoted, in characters, as in
// js/view/message/quote.js.
const maxExcerpt = 140

// Excerpt is the beginning of the message, on one line.
func (e entry) Excerpt() string {
	if e.Deleted {
		return "This message was deleted"
	}
	line := []rune(strings.Join(strings.Fields(e.Body), " "))
	if len(line) > maxExcerpt {
		return string(line[:maxExcerpt]) + "…"
	}
	return string(line)
}
