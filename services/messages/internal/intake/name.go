package intake

import (
	"fmt"
	"iter"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"parley/core/chat"
	"parley/messages/internal/room"
)

// fitUsername returns the username that is nearest to what somebody was called,
// or one made of the id if nothing is left of it.
func fitUsername(wanted, id string) string {
	name := fit(wanted, "_.-", chat.MaxUsername)
	if len(name) < chat.MinUsername {
		name = fit("user-"+id, "_.-", chat.MaxUsername)
	}
	return name
}

// fitRoom is the same for the name of a room.
func fitRoom(wanted, id string) string {
	name := fit(wanted, "_-", chat.MaxRoomName)
	switch {
	case name == "":
		return fit("room-"+id, "_-", chat.MaxRoomName)
	case room.Reserved(name):
		return fit("room-"+name, "_-", chat.MaxRoomName)
	}
	return name
}

// letters are those of Latin that have no marks to be taken off.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// fit returns wanted in small letters without marks: letters and digits of
// ASCII and the marks in also stay, and anything else between them is a hyphen.
func fit(wanted, also string, most int) string {
	var b strings.Builder
	gap := false
	for _, c := range norm.NFKD.String(letters.Replace(strings.ToLower(wanted))) {
		switch {
		case unicode.Is(unicode.Mn, c):
			continue // the dots of ö
		case c < unicode.MaxASCII && (unicode.IsLower(c) || unicode.IsDigit(c)), strings.ContainsRune(also, c):
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(c)
		default:
			gap = true
		}
	}
	name := strings.TrimLeft(b.String(), also)
	return strings.TrimRight(name[:min(len(name), most)], also)
}

// numbered returns name, name-2, name-3 and so on, none of them too long.
func numbered(name string, most int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for n := 1; ; n++ {
			suffix := ""
			if n > 1 {
				suffix = fmt.Sprint("-", n)
			}
			if !yield(name[:min(len(name), most-len(suffix))] + suffix) {
				return
			}
		}
	}
}

// cut returns at most so many characters of text, in one line; none if there is
// nothing to be seen of them.
func cut(text string, most int) string {
	clean := strings.Join(strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || chat.Misleads(c) }), " ")
	runes := []rune(strings.ToValidUTF8(clean, ""))
	short := strings.TrimSpace(string(runes[:min(len(runes), most)]))
	if !chat.Shows(short) {
		return ""
	}
	return short
}
