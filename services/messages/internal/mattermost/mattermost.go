// Package mattermost takes in what Mattermost exports in bulk: JSON Lines, each
// an object with a type, and a field of that name with what it is.
//
//	version, team, emoji     passed over
//	channel                  a room
//	user, bot                a person, and the rooms that they are in
//	post                     a message in a channel, with its reactions and replies
//	direct_channel           a direct room
//	direct_post              a message in one
//
// https://docs.mattermost.com/administration-guide/onboard/bulk-loading-data.html
//
// Posts come in no order of time and with their replies inside, so they are
// put into a temporary table first and read from there. Memory holds one line,
// and the names of people and rooms.
package mattermost

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"parley/core/chat"
	"parley/messages/internal/intake"
)

// From is the name of Mattermost in the audit, and before the keys of messages.
const From = "mattermost"

// maxLine is the longest line that is read: a post with all its replies.
const maxLine = 32 << 20

// server is an export that is being taken in.
type server struct {
	in    *intake.Intake
	stage *stage
}

type line struct {
	Type          string         `json:"type"`
	Channel       *channel       `json:"channel"`
	User          *user          `json:"user"`
	Bot           *user          `json:"bot"`
	Post          *post          `json:"post"`
	DirectChannel *directChannel `json:"direct_channel"`
	DirectPost    *post          `json:"direct_post"`
}

type channel struct {
	Team        string `json:"team"`
	Name        string `json:"name"`
	DisplayName string `json:"display_name"`
	Type        string `json:"type"` // O, P
	Header      string `json:"header"`
	Purpose     string `json:"purpose"`
	DeletedAt   int64  `json:"deleted_at"`
}

type user struct {
	Username    string `json:"username"`
	Nickname    string `json:"nickname"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name"`
	DisplayName string `json:"display_name"` // of a bot
	Roles       string `json:"roles"`
	DeleteAt    int64  `json:"delete_at"`
	Teams       []struct {
		Name     string `json:"name"`
		Channels []struct {
			Name string `json:"name"`
		} `json:"channels"`
	} `json:"teams"`
}

type directChannel struct {
	Members      []string `json:"members"`
	Participants []struct {
		Username string `json:"username"`
	} `json:"participants"`
}

// Import takes in the export. It may be repeated. databaseURL is that of in.
func Import(ctx context.Context, in *intake.Intake, databaseURL string, lines io.Reader) (err error) {
	s := &server{in: in}
	if s.stage, err = newStage(ctx, databaseURL); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stage.close(ctx)) }()
	scanner := bufio.NewScanner(lines)
	scanner.Buffer(make([]byte, 64<<10), maxLine)
	n := 0
	for scanner.Scan() {
		n++
		var l line
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if n == 1 && l.Type != "version" {
			return errors.New("this is not a bulk export of Mattermost: its first line tells no version")
		}
		if err := s.take(ctx, &l); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("read export: %w", err)
	}
	return s.stage.each(ctx, s.in)
}

func (s *server) take(ctx context.Context, l *line) error {
	switch {
	case l.Channel != nil:
		return s.channel(ctx, l.Channel)
	case l.User != nil:
		return s.user(ctx, l.User, false)
	case l.Bot != nil:
		return s.user(ctx, l.Bot, true)
	case l.Post != nil:
		room, ok := s.in.Room(roomID(l.Post.Team, l.Post.Channel))
		if !ok {
			s.in.Report.Skip("post in a channel that is not in the export")
			return nil
		}
		return s.post(ctx, room, l.Post)
	case l.DirectChannel != nil:
		members := l.DirectChannel.Members
		for _, p := range l.DirectChannel.Participants {
			members = append(members, p.Username)
		}
		_, err := s.direct(ctx, members)
		return err
	case l.DirectPost != nil:
		room, err := s.direct(ctx, l.DirectPost.Members)
		if err != nil {
			return err
		}
		return s.post(ctx, room, l.DirectPost)
	}
	return nil
}

// roomID is what a channel is known by; escaped, so that no two share it.
func roomID(team, channel string) string { return url.PathEscape(team) + "/" + url.PathEscape(channel) }

// directID is the same for a direct channel.
func directID(members []string) string {
	escaped := make([]string, len(members))
	for i, name := range members {
		escaped[i] = url.PathEscape(name)
	}
	return "direct:" + strings.Join(escaped, ",")
}

func (s *server) channel(ctx context.Context, c *channel) error {
	kind := chat.Open
	if c.Type == "P" {
		kind = chat.Private
	}
	topic := c.Header
	if topic == "" {
		topic = c.Purpose
	}
	_, err := s.in.Enter(ctx, intake.Room{
		ID: roomID(c.Team, c.Name), Name: c.Name, Kind: kind, Title: c.DisplayName, Topic: topic, Archived: c.DeletedAt > 0,
	})
	return err
}

func (s *server) user(ctx context.Context, u *user, machine bool) error {
	shown := strings.TrimSpace(u.FirstName + " " + u.LastName)
	for _, name := range []string{u.Nickname, u.DisplayName} {
		if name != "" {
			shown = name
		}
	}
	gone := machine || u.DeleteAt > 0
	username, err := s.in.Person(ctx, intake.Person{ID: u.Username, Name: u.Username, DisplayName: shown, Role: role(u.Roles, gone), Gone: gone})
	if err != nil {
		return err
	}
	var rooms []string
	for _, team := range u.Teams {
		for _, c := range team.Channels {
			if room, ok := s.in.Room(roomID(team.Name, c.Name)); ok {
				rooms = append(rooms, room)
			}
		}
	}
	return s.in.Join(ctx, username, rooms)
}

func role(roles string, gone bool) chat.Role {
	all := strings.Fields(roles)
	switch {
	case gone:
		return chat.Member
	case slices.Contains(all, "system_admin"):
		return chat.Owner
	case slices.Contains(all, "system_guest"):
		return chat.Guest
	}
	return chat.Member
}

// direct returns the room of these people.
func (s *server) direct(ctx context.Context, members []string) (room string, err error) {
	members = slices.Compact(slices.Sorted(slices.Values(members)))
	id := directID(members)
	if room, ok := s.in.Room(id); ok {
		return room, nil
	}
	r := intake.Room{ID: id, Name: "notes-" + strings.Join(members, "-"), Kind: chat.Direct}
	for _, name := range members {
		username, err := s.author(ctx, name)
		if err != nil {
			return "", err
		}
		r.Members = append(r.Members, username)
	}
	return s.in.Enter(ctx, r)
}

// author returns who somebody is here. Who is not in the export gets an account
// that nobody can sign in to.
func (s *server) author(ctx context.Context, name string) (string, error) {
	if username, ok := s.in.Username(name); ok {
		return username, nil
	}
	return s.in.Person(ctx, intake.Person{ID: name, Name: name, DisplayName: name, Role: chat.Member, Gone: true})
}
