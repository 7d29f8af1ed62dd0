package slack

import (
	"strings"
	"time"

	"parley/core/chat"
	"parley/messages/internal/intake"
)

// channel is a room in one of the four lists.
type channel struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"` // a direct one of two has none
	Created  int64    `json:"created"`
	Creator  string   `json:"creator"`
	Archived bool     `json:"is_archived"`
	Members  []string `json:"members"`
	Topic    note     `json:"topic"`
	Purpose  note     `json:"purpose"`
	Pins     []pin    `json:"pins"`

	kind chat.Kind
	room string // its name here
}

type note struct {
	Value string `json:"value"`
}

type pin struct {
	ID      string `json:"id"` // ts of the message
	Created int64  `json:"created"`
	User    string `json:"user"`
}

// folder returns the name of the folder with what was said in it.
func (c *channel) folder() string {
	if c.Name == "" {
		return c.ID
	}
	return c.Name
}

// channels reads the four lists.
func (w *workspace) channels() (all []channel, err error) {
	for _, list := range []struct {
		file string
		kind chat.Kind
	}{
		{"channels.json", chat.Open}, {"groups.json", chat.Private}, {"dms.json", chat.Direct}, {"mpims.json", chat.Direct},
	} {
		var some []channel
		if err := w.read(list.file, &some); err != nil {
			return nil, err
		}
		for _, c := range some {
			c.kind = list.kind
			all = append(all, c)
		}
	}
	return all, nil
}

// room returns a channel as it is to be here.
func (w *workspace) room(c *channel) intake.Room {
	r := intake.Room{
		ID: c.ID, Name: c.Name, Title: c.Name, Kind: c.kind, Topic: w.words.plain(c.Topic.Value), CreatedBy: w.words.people[c.Creator], Archived: c.Archived,
	}
	if r.Topic == "" {
		r.Topic = w.words.plain(c.Purpose.Value)
	}
	if c.Created > 0 {
		r.CreatedAt = time.Unix(c.Created, 0)
	}
	for _, id := range c.Members {
		if username, ok := w.words.people[id]; ok {
			r.Members = append(r.Members, username)
		}
	}
	if r.Name == "" && r.Kind == chat.Direct {
		r.Name = "notes-" + strings.Join(r.Members, "-") // used only if it can't be a direct room
	}
	return r
}
