package wire

import (
	"slices"

	"parley/core/chat"
	"parley/core/emoji"
	"parley/core/markup"
)

// validMessage reports whether m keeps the limits of the contract.
func validMessage(m *chat.Message) bool {
	return m.ID >= 1 && m.Revision >= m.ID && chat.ValidUsername(m.Username) && atMost(m.ClientID, chat.MaxClientID) &&
		m.ReplyTo >= 0 && m.ReplyTo < m.ID && m.Thread >= 0 && m.Thread < m.ID && validContent(m)
}

// validContent reports whether what a message says is possible. One that is
// deleted says nothing.
func validContent(m *chat.Message) bool {
	if m.Deleted {
		return m.Body == "" && m.HTML == "" && len(m.Reactions) == 0 && len(m.Mentions) == 0 && m.PinnedAt.IsZero() && m.PinnedBy == ""
	}
	return m.Body != "" && (m.HTML == "" || markup.Safe(m.HTML)) && atMost(m.Body, chat.MaxBody) && validReactions(m.Reactions) && validMentions(m.Mentions) &&
		(m.PinnedBy == "" || chat.ValidUsername(m.PinnedBy)) && m.PinnedAt.IsZero() == (m.PinnedBy == "")
}

func validReactions(all []chat.Reaction) bool {
	return len(all) <= chat.MaxReactions && !slices.ContainsFunc(all, func(r chat.Reaction) bool {
		return !emoji.Valid(r.Emoji) || len(r.People) == 0 || !allUsernames(r.People)
	})
}

func validMentions(all []string) bool {
	return len(all) <= chat.MaxMentions+2 && !slices.ContainsFunc(all, func(name string) bool {
		return name != chat.MentionRoom && name != chat.MentionHere && !chat.ValidUsername(name)
	})
}
