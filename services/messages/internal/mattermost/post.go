package mattermost

import (
	"context"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"parley/core/chat"
	"parley/messages/internal/intake"
)

// post is a message, or a reply to one.
type post struct {
	Team        string       `json:"team"`
	Channel     string       `json:"channel"`
	Members     []string     `json:"channel_members"` // of a direct one
	User        string       `json:"user"`
	Type        string       `json:"type"` // system_join_channel and others are notices
	Message     string       `json:"message"`
	CreateAt    int64        `json:"create_at"` // ms
	EditAt      int64        `json:"edit_at"`
	Pinned      bool         `json:"is_pinned"`
	Reactions   []reaction   `json:"reactions"`
	Replies     []post       `json:"replies"`
	Attachments []attachment `json:"attachments"`
}

type reaction struct {
	User string `json:"user"`
	Name string `json:"emoji_name"`
}

type attachment struct {
	Path string `json:"path"`
}

// post stages a post and its replies.
func (s *server) post(ctx context.Context, room string, p *post) error {
	root, err := s.staged(ctx, p)
	if err != nil {
		return err
	}
	if strings.HasPrefix(p.Type, "system_") {
		s.in.Report.Skip("notice " + p.Type)
	} else if err := s.stage.add(ctx, room, root); err != nil {
		return err
	}
	for i := range p.Replies {
		reply, err := s.staged(ctx, &p.Replies[i])
		if err != nil {
			return err
		}
		reply.Root, reply.RootBy = root.Key, root.Username
		if err := s.stage.add(ctx, room, reply); err != nil {
			return err
		}
	}
	return nil
}

// staged returns a post as it is to be here. Mattermost exports no ids: what
// somebody said in a channel at a millisecond is one message. A post of no known
// time is of none.
func (s *server) staged(ctx context.Context, p *post) (intake.Post, error) {
	at := time.UnixMilli(p.CreateAt).UTC()
	username, err := s.author(ctx, p.User)
	if err != nil {
		return intake.Post{}, err
	}
	if !intake.Plausible(at) {
		at = time.Time{}
	}
	out := intake.Post{Key: strconv.FormatInt(p.CreateAt, 10) + "/" + username, Username: username, Body: s.body(p), At: at}
	if edited := time.UnixMilli(p.EditAt).UTC(); intake.Plausible(edited) {
		out.EditedAt = edited
	}
	if p.Pinned {
		out.PinnedAt, out.PinnedBy = at, username
	}
	for _, r := range p.Reactions {
		found, ok := intake.Emoji(r.Name)
		who, known := s.in.Username(r.User)
		if !ok || !known {
			s.in.Report.Skip("reaction :" + r.Name + ":")
			continue
		}
		out.Reactions = append(out.Reactions, chat.Reaction{Emoji: found, People: []string{who}})
	}
	return out, nil
}

var (
	mention = regexp.MustCompile(`@[a-zA-Z0-9._-]+`)
	// code is what is between backquotes, and keeps all its characters.
	code = regexp.MustCompile("(?s)```.*?```|`[^`\n]+`")
)

// body returns the text, which is Markdown already, with the names that people
// have here. What was attached is named.
func (s *server) body(p *post) string {
	var b strings.Builder
	rest := 0
	for _, at := range code.FindAllStringIndex(p.Message, -1) {
		b.WriteString(s.prose(p.Message[rest:at[0]]))
		b.WriteString(p.Message[at[0]:at[1]])
		rest = at[1]
	}
	b.WriteString(s.prose(p.Message[rest:]))
	for _, a := range p.Attachments {
		b.WriteString("\n📎 " + path.Base(a.Path))
	}
	return b.String()
}

func (s *server) prose(text string) string {
	text = mention.ReplaceAllStringFunc(text, func(found string) string {
		name := found[1:]
		bare := strings.TrimRight(name, "._-") // what ends a sentence belongs to no name
		if bare == "channel" || bare == "all" {
			return "@room" + name[len(bare):]
		}
		for _, called := range []string{name, bare} {
			if username, ok := s.in.Username(strings.ToLower(called)); ok {
				return "@" + username + name[len(called):]
			}
		}
		return found
	})
	return intake.Emojify(text)
}
