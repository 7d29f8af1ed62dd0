package intake

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parley/core/chat"
	"parley/core/emoji"
	"parley/core/markup"
)

// Post is a message of another chat.
type Post struct {
	Key       string // its id there, which stays the same, and is its own in its room; its client_id
	Username  string // here
	Body      string // Markdown; what is too long for one message becomes several
	At        time.Time
	EditedAt  time.Time // zero for never
	Deleted   bool
	Root      string // the key of the root of its thread; "" for none
	RootBy    string // the username of the root's author, if it is known
	Reactions []chat.Reaction
	PinnedAt  time.Time // zero for not at all
	PinnedBy  string
}

// parts returns the post as one message or, if its body is too long, several.
// What becomes of a message happens to the first.
func (p Post) parts() (parts []Post) {
	if p.Deleted {
		p.Body = ""
		return []Post{p}
	}
	p.Body = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(p.Body, "\ufffd"), "\x00", ""))
	rest := p.Body
	for n := 1; ; n++ {
		part := p
		part.Body, rest = split(rest)
		if n > 1 {
			part.Key += "/" + strconv.Itoa(n)
			part.Reactions, part.PinnedAt = nil, time.Time{}
		}
		parts = append(parts, part)
		if rest == "" {
			return parts
		}
	}
}

// split cuts text where a message must end: at the end of a line or of a word,
// if there is one in its second half.
func split(text string) (part, rest string) {
	end := 0
	for range chat.MaxBody {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	if end == len(text) {
		return text, ""
	}
	for _, mark := range []string{"\n", " "} {
		if at := strings.LastIndex(text[:end], mark); at > end/2 {
			end = at
			break
		}
	}
	return strings.TrimSpace(text[:end]), strings.TrimSpace(text[end:])
}

// Plausible reports whether something can have happened then: since there is
// Unix, and not after tomorrow.
func Plausible(at time.Time) bool { return at.Unix() > 0 && time.Until(at) < 24*time.Hour }

// mentions returns whom a body mentions, of those in the room.
func mentions(body string, members map[string]bool) (names []string) {
	for _, name := range markup.Mentions(body) {
		if name == chat.MentionRoom || name == chat.MentionHere || members[name] {
			names = append(names, name)
		}
	}
	return names
}

// settleReactions returns those that a message can have: emojis of Unicode, each
// once, and not too many.
func settleReactions(all []chat.Reaction) (kept []chat.Reaction) {
	seen := make(map[string]int)
	for _, r := range all {
		canonical, ok := emoji.Canonical(r.Emoji)
		if !ok || len(r.People) == 0 {
			continue
		}
		at, again := seen[canonical]
		if !again {
			if len(kept) == chat.MaxReactions {
				continue
			}
			at = len(kept)
			seen[canonical] = at
			kept = append(kept, chat.Reaction{Emoji: canonical})
		}
		kept[at].People = union(kept[at].People, r.People)
	}
	return kept
}

func union(a, b []string) []string {
	for _, name := range b {
		if !slices.Contains(a, name) {
			a = append(a, name)
		}
	}
	return a
}
