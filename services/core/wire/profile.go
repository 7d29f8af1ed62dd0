package wire

import (
	"strconv"
	"time"

	"parley/core/chat"
)

// Profile is somebody as the others in a room see them, at Revision of the room's
// log. Every room that a person is in has one: Version, which is the position of
// the change in the person's own log, says which of several is the newest.
type Profile struct {
	Revision    chat.Position `json:"revision"`
	Room        string        `json:"room"`
	Username    string        `json:"username"`
	Version     chat.Position `json:"version"`
	DisplayName string        `json:"display_name"`
	Look
}

// At implements [Event].
func (p *Profile) At() chat.Position { return p.Revision }

// AppendJSON implements [Event].
func (p *Profile) AppendJSON(b []byte) []byte {
	b = appendHead(b, TypeProfile, p.Revision)
	b = append(b, `,"room":`...)
	b = chat.AppendString(b, p.Room)
	b = append(b, `,"username":`...)
	b = chat.AppendString(b, p.Username)
	b = append(b, `,"version":`...)
	b = strconv.AppendInt(b, p.Version, 10)
	b = append(b, `,"display_name":`...)
	b = chat.AppendString(b, p.DisplayName)
	return append(p.append(b), '}')
}

// Look is what else others see of a person. The zero Look is nothing.
type Look struct {
	Avatar      string    `json:"avatar,omitempty"` // names the picture
	StatusText  string    `json:"status_text,omitempty"`
	StatusEmoji string    `json:"status_emoji,omitempty"`
	StatusUntil time.Time `json:"status_until,omitzero"` // when the status is over
}

// Current returns the look without a status that is over.
func (l Look) Current(now time.Time) Look {
	if !l.StatusUntil.IsZero() && !l.StatusUntil.After(now) {
		l.StatusText, l.StatusEmoji, l.StatusUntil = "", "", time.Time{}
	}
	return l
}

func (l Look) append(b []byte) []byte {
	b = appendField(b, `,"avatar":`, l.Avatar)
	b = appendField(b, `,"status_text":`, l.StatusText)
	b = appendField(b, `,"status_emoji":`, l.StatusEmoji)
	if !l.StatusUntil.IsZero() {
		b = append(b, `,"status_until":"`...)
		b = l.StatusUntil.UTC().AppendFormat(b, chat.TimeFormat)
		b = append(b, '"')
	}
	return b
}

func (l Look) valid() bool {
	return chat.ValidAvatar(l.Avatar) && atMost(l.StatusText, chat.MaxStatus) && atMost(l.StatusEmoji, chat.MaxStatusEmoji)
}

// appendField appends a field that has something to say.
func appendField(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return chat.AppendString(append(b, name...), value)
}
