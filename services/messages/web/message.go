package web

import (
	"html/template"
	"strconv"
)

// Log is what was said in a room: for the script as JSON, and for the eye. It is
// the same for everybody who has read it all.
//
// It and the messages in it are written here and not by a template, which takes
// twenty times as long for what is by far the most of a page.
func (s *Site) Log(page Room) template.HTML {
	b := append([]byte(nil), `<script type="application/json" id="said">[`...)
	for i := range page.Messages {
		if i > 0 {
			b = append(b, ',')
		}
		b = page.Messages[i].AppendJSON(b)
	}
	b = append(append(b, `]</script><script type="application/json" id="faces">`...), page.faces()...)
	b = append(b, `</script><div id="log" role="log" aria-live="off" aria-label="Messages">`...)
	entries := page.Entries()
	for i := range entries {
		b = s.appendMessage(append(b, '\n'), &entries[i])
	}
	return template.HTML(append(b, "\n      </div>"...)) //nolint:gosec // what people wrote is escaped
}

// Body is what a message says, formatted.
func (s *Site) Body(e Entry) template.HTML {
	return template.HTML(appendBody(nil, &e)) //nolint:gosec // what people wrote is escaped
}

// appendMessage appends a message, as js/view/message/message.js makes it. Days
// and groups: timeline.go, js/model/arrange.js. The time comes last: a screen
// reader reads who, what, when.
func (s *Site) appendMessage(b []byte, e *Entry) []byte {
	id := strconv.FormatInt(e.ID, 10)
	b = join(b, `<article class="message" id="m`, id, `" data-id="`, id, `" data-revision="`, strconv.FormatInt(e.Revision, 10), `" data-username="`)
	b = append(escape(b, e.Username), '"')
	if e.Deleted {
		b = append(b, ` data-deleted`...)
	}
	if e.Continued {
		b = append(b, ` data-continued`...)
	}
	b = append(b, '>')
	if e.Day != "" {
		b = join(b, `<div class="day" role="separator" aria-label="`, e.Day, `"><span>`, e.Day, `</span></div>`)
	}
	if e.First {
		b = append(b, `<div class="unread" role="separator" aria-label="New messages">New</div>`...)
	}
	b = append(appendAvatar(append(b, `<div class="message-row">`...), e.Author), `<div class="message-content"><span class="author" dir="auto">`...)
	b = escape(b, e.Author.Name())
	if handle := e.Author.Handle(); handle != "" {
		b = append(escape(append(b, ` <span class="author-handle">@`...), handle), `</span>`...)
	}
	b = append(b, `</span> `...)
	if !e.Deleted && e.ReplyTo != 0 {
		b = appendQuote(b, e)
	}
	b = appendBody(b, e)
	if e.Edited() {
		b = append(b, `<span class="edited">(edited)</span>`...)
	}
	b = escape(append(b, `<a class="permalink" href="/chat/`...), e.Room)
	b = join(b, `/`, id, `"><time datetime="`, e.Stamp(), `">`, e.Clock(), ` UTC</time></a>`)
	if !e.Deleted {
		b = s.appendSigns(b, e)
	}
	return append(b, `</div></div></article>`...)
}

// appendAvatar appends the picture of a person, as the template "avatar" and
// js/view/face.js do.
func appendAvatar(b []byte, p Person) []byte {
	b = join(b, `<span class="avatar" data-tint="`, strconv.FormatUint(uint64(tint(p.Username)), 10), `" aria-hidden="true">`)
	b = escape(b, p.Initial())
	if picture := p.Picture(); picture != "" {
		b = append(escape(append(b, `<img src="`...), picture), `" alt="" width="38" height="38" loading="lazy">`...)
	}
	return append(b, `</span>`...)
}

// appendQuote appends what a message answers.
func appendQuote(b []byte, e *Entry) []byte {
	b = escape(append(b, `<a class="quote" href="/chat/`...), e.Room)
	b = join(b, `/`, strconv.FormatInt(e.ReplyTo, 10), `">`)
	if e.Answered == nil {
		return append(b, `An earlier message</a>`...)
	}
	b = escape(append(b, `<span class="quote-author" dir="auto">`...), e.Answered.Author.Name())
	b = escape(append(b, `</span> <span class="quote-text" dir="auto">`...), e.Answered.Excerpt())
	return append(b, `</span></a>`...)
}

func appendBody(b []byte, e *Entry) []byte {
	switch {
	case e.Deleted:
		return append(b, `<div class="body tombstone">This message was deleted</div>`...)
	case e.HTML != "": // core/markup sanitised it when it was stored, and nothing else is ever stored there
		return join(b, `<div class="body markup" dir="auto">`, e.HTML, `</div>`)
	}
	b = append(b, `<div class="body" dir="auto"`...)
	if isBigEmoji(e.Body) {
		b = append(b, ` data-big`...)
	}
	b = append(b, '>')
	for _, p := range pieces(e.Body) {
		switch {
		case p.Href != "":
			b = escape(append(b, `<a href="`...), p.Href)
			b = escape(append(b, `" target="_blank" rel="noopener noreferrer">`...), p.Text)
			b = append(b, `</a>`...)
		case p.Mark != "":
			b = escape(append(b, `<span class="mark" title="A character that changes the direction of text">`...), p.Mark)
			b = append(b, `</span>`...)
		default:
			b = escape(b, p.Text)
		}
	}
	return append(b, `</div>`...)
}

// appendSigns appends what others have put on a message.
func (s *Site) appendSigns(b []byte, e *Entry) []byte {
	if e.PinnedBy != "" {
		b = escape(join(b, `<div class="pinned">`, s.pin, `Pinned by `), e.pinner())
		b = append(b, `</div>`...)
	}
	if len(e.Reactions) == 0 {
		return b
	}
	b = append(b, `<div class="reactions">`...)
	for _, r := range e.Reactions {
		b = escape(append(b, `<span class="reaction"><span class="reaction-emoji">`...), r.Emoji)
		b = join(b, `</span><span class="reaction-count">`, strconv.Itoa(len(r.People)), `</span></span>`)
	}
	return append(b, `</div>`...)
}

func join(b []byte, texts ...string) []byte {
	for _, text := range texts {
		b = append(b, text...)
	}
	return b
}

// escape appends text for the content of an element, or a value in double quotes
// (HTML section 13.3: &, <, > and " are all that ends either).
func escape(b []byte, text string) []byte {
	done := 0
	for i := range len(text) {
		var entity string
		switch text[i] {
		case '&':
			entity = "&amp;"
		case '<':
			entity = "&lt;"
		case '>':
			entity = "&gt;"
		case '"':
			entity = "&#34;"
		case '\'':
			entity = "&#39;"
		default:
			continue
		}
		b = append(append(b, text[done:i]...), entity...)
		done = i + 1
	}
	return append(b, text[done:]...)
}
