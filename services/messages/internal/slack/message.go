package slack

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"parley/core/chat"
	"parley/messages/internal/intake"
)

// said is a message of a day.
type said struct {
	Subtype     string       `json:"subtype"`
	User        string       `json:"user"`
	Username    string       `json:"username"` // of a machine
	BotID       string       `json:"bot_id"`
	Profile     *profile     `json:"user_profile"`
	Bot         *profile     `json:"bot_profile"`
	Text        string       `json:"text"`
	TS          string       `json:"ts"`
	ThreadTS    string       `json:"thread_ts"`
	ParentUser  string       `json:"parent_user_id"`
	Edited      *edited      `json:"edited"`
	Reactions   []reaction   `json:"reactions"`
	Files       []file       `json:"files"`
	Attachments []attachment `json:"attachments"`
}

type profile struct {
	Name     string `json:"name"`
	RealName string `json:"real_name"`
}

type edited struct {
	TS string `json:"ts"`
}

type reaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
}

type file struct {
	Name      string `json:"name"`
	Title     string `json:"title"`
	Private   string `json:"url_private"`
	Permalink string `json:"permalink"`
}

type attachment struct {
	Pretext   string `json:"pretext"`
	Title     string `json:"title"`
	TitleLink string `json:"title_link"`
	Text      string `json:"text"`
	Fallback  string `json:"fallback"`
}

// spoken are the subtypes of what somebody has said; others tell that somebody
// has joined, changed a topic and the like.
var spoken = map[string]bool{
	"": true, "bot_message": true, "me_message": true, "thread_broadcast": true, "file_share": true, "file_comment": true,
	"tombstone": true, "slackbot_response": true, "reminder_add": true,
}

// said takes in what was said in a channel.
func (w *workspace) said(ctx context.Context, c *channel, days []*zip.File) error {
	log, err := w.in.Log(ctx, c.room)
	if err != nil {
		return err
	}
	pins := make(map[string]pin, len(c.Pins))
	for _, p := range c.Pins {
		pins[p.ID] = p
	}
	for _, day := range days {
		err := w.day(day, func(m *said) error {
			if !spoken[m.Subtype] {
				w.in.Report.Skip("notice " + m.Subtype)
				return nil
			}
			if !isTS.MatchString(m.TS) {
				w.in.Report.Skip("message of no known time")
				return nil
			}
			p, err := w.post(ctx, m)
			if err != nil {
				return err
			}
			if pinned, ok := pins[m.TS]; ok {
				p.PinnedAt, p.PinnedBy = time.Unix(pinned.Created, 0), w.words.people[pinned.User]
			}
			return log.Add(ctx, p)
		})
		if err != nil {
			return fmt.Errorf("%s: %w", day.Name, err)
		}
	}
	return log.Close(ctx)
}

// mostMessage is how many bytes a message may have.
const mostMessage = 4 << 20

// day calls take for each message of a day.
func (w *workspace) day(f *zip.File, take func(*said) error) error {
	in, err := intake.Inflate(f)
	if err != nil {
		return err
	}
	defer in.Close()
	limit := &intake.Limit{In: in, Left: mostMessage, What: "a message"}
	list := json.NewDecoder(limit)
	if begin, err := list.Token(); err != nil || begin != json.Delim('[') {
		return errors.Join(errors.New("it is no list of messages"), err)
	}
	for list.More() {
		var m said
		limit.Left = mostMessage
		if err := list.Decode(&m); err != nil {
			return fmt.Errorf("read message: %w", err)
		}
		if err := take(&m); err != nil {
			return err
		}
	}
	if _, err := list.Token(); err != nil {
		return fmt.Errorf("read to the end: %w", err)
	}
	return nil
}

func (w *workspace) post(ctx context.Context, m *said) (p intake.Post, err error) {
	p = intake.Post{Key: m.TS, At: parseTS(m.TS), Body: w.body(m), Deleted: m.Subtype == "tombstone"}
	if p.Username, err = w.author(ctx, m); err != nil {
		return p, err
	}
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		p.Root, p.RootBy = m.ThreadTS, w.words.people[m.ParentUser]
	}
	if m.Edited != nil {
		p.EditedAt = parseTS(m.Edited.TS)
	}
	for _, r := range m.Reactions {
		found, ok := intake.Emoji(r.Name)
		if !ok {
			w.in.Report.Skip("reaction :" + r.Name + ":")
			continue
		}
		p.Reactions = append(p.Reactions, chat.Reaction{Emoji: found, People: w.known(r.Users)})
	}
	return p, nil
}

func (w *workspace) known(ids []string) (usernames []string) {
	for _, id := range ids {
		if username, ok := w.words.people[id]; ok {
			usernames = append(usernames, username)
		}
	}
	return usernames
}

// author returns who has said it. Machines, and people of other workspaces, are
// not in users.json; they get an account that nobody can sign in to.
func (w *workspace) author(ctx context.Context, m *said) (string, error) {
	if username, ok := w.words.people[m.User]; ok {
		return username, nil
	}
	stray := intake.Person{ID: m.User, Name: m.User, Role: chat.Member, Gone: true}
	if m.User == "" {
		stray.ID, stray.Name = "bot:"+m.BotID, m.Username // which some machines change with each message
		if m.BotID == "" {
			stray.ID += m.Username
		}
	}
	for _, p := range []*profile{m.Profile, m.Bot} {
		if p != nil && (stray.Name == m.User || stray.Name == "") {
			stray.Name, stray.DisplayName = p.Name, p.RealName
		}
	}
	if stray.Name == "" {
		stray.Name = "bot"
	}
	if stray.DisplayName == "" {
		stray.DisplayName = stray.Name
	}
	username, err := w.in.Person(ctx, stray)
	if err == nil && m.User != "" {
		w.words.people[m.User] = username
	}
	return username, err
}

// body returns a message's text as Markdown, and links to what is attached.
func (w *workspace) body(m *said) string {
	parts := []string{w.words.markdown(m.Text)}
	if m.Subtype == "me_message" {
		parts[0] = "_" + parts[0] + "_"
	}
	for _, f := range m.Files {
		address := f.Permalink
		if address == "" {
			address = f.Private
		}
		name := f.Title
		if name == "" {
			name = f.Name
		}
		if address != "" {
			parts = append(parts, link(address, name))
		}
	}
	for _, a := range m.Attachments {
		parts = append(parts, w.attached(a))
	}
	return strings.TrimSpace(strings.Join(parts, "\n"))
}

func (w *workspace) attached(a attachment) string {
	title := w.words.markdown(a.Title)
	if a.TitleLink != "" {
		title = link(a.TitleLink, a.Title)
	}
	var lines []string
	for _, text := range []string{w.words.markdown(a.Pretext), title, w.words.markdown(a.Text)} {
		if text != "" {
			lines = append(lines, text)
		}
	}
	if len(lines) == 0 {
		return w.words.markdown(a.Fallback)
	}
	return strings.Join(lines, "\n")
}

// isTS tells a time of Slack's: seconds since 1970, and six decimals, which tell
// one message of a channel from another.
var isTS = regexp.MustCompile(`^\d{1,12}(\.\d{1,6})?$`)

// parseTS reads a time of Slack's; it is zero for what is none.
func parseTS(ts string) time.Time {
	if !isTS.MatchString(ts) {
		return time.Time{}
	}
	seconds, micros, _ := strings.Cut(ts, ".")
	s, _ := strconv.ParseInt(seconds, 10, 64)
	us, _ := strconv.ParseInt((micros + "000000")[:6], 10, 64)
	return time.Unix(s, us*1000).UTC()
}
