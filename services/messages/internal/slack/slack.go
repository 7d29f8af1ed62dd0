// Package slack takes in what a workspace of Slack exports: a zip of
//
//	users.json                       people, and machines that are among them
//	channels.json, groups.json       open and private channels, with their members
//	dms.json, mpims.json             direct ones, of two and of several
//	general/2026-11-24.json          what was said in a channel on a day; the folder
//	D024BE91L/2026-11-24.json        of a direct one is called by its id
//
// https://slack.com/help/articles/220556107-How-to-read-Slack-data-exports
//
// The lists are read whole, and of what was said one message at a time. Names in
// the zip are looked up and never opened on the disk.
package slack

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"parley/core/chat"
	"parley/messages/internal/intake"
)

// mostList is how many bytes a list may have.
const mostList = 256 << 20

// From is the name of Slack in the audit, and before the keys of messages.
const From = "slack"

// workspace is an export that is being taken in.
type workspace struct {
	files *zip.Reader
	base  string // the folder in it that has users.json
	in    *intake.Intake
	words words
}

// Import takes in the export. It may be repeated.
func Import(ctx context.Context, in *intake.Intake, files *zip.Reader) error {
	w := &workspace{files: files, in: in, words: words{people: make(map[string]string), rooms: make(map[string]string)}}
	for _, f := range files.File {
		if path.Base(f.Name) == "users.json" && (w.base == "" || len(path.Dir(f.Name)) < len(w.base)) {
			w.base = path.Dir(f.Name)
		}
	}
	if w.base == "" {
		return errors.New("this is not an export of Slack: it has no users.json")
	}
	if err := w.people(ctx); err != nil {
		return err
	}
	channels, err := w.channels()
	if err != nil {
		return err
	}
	for i := range channels {
		c := &channels[i]
		if c.room, err = in.Enter(ctx, w.room(c)); err != nil {
			return err
		}
		w.words.rooms[c.ID] = c.room
	}
	days := w.days()
	for i := range channels {
		if err := w.said(ctx, &channels[i], days[channels[i].folder()]); err != nil {
			return fmt.Errorf("%s: %w", channels[i].Name, err)
		}
	}
	return nil
}

// user is a person in users.json.
type user struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Deleted    bool   `json:"deleted"`
	RealName   string `json:"real_name"`
	IsOwner    bool   `json:"is_owner"`
	IsAdmin    bool   `json:"is_admin"`
	Restricted bool   `json:"is_restricted"`
	IsBot      bool   `json:"is_bot"`
	Profile    struct {
		DisplayName string `json:"display_name"`
		RealName    string `json:"real_name"`
	} `json:"profile"`
}

func (u user) role() chat.Role {
	switch {
	case u.Deleted, u.IsBot:
		return chat.Member
	case u.IsOwner:
		return chat.Owner
	case u.IsAdmin:
		return chat.Admin
	case u.Restricted:
		return chat.Guest
	}
	return chat.Member
}

func (w *workspace) people(ctx context.Context) error {
	var users []user
	if err := w.read("users.json", &users); err != nil {
		return err
	}
	for _, u := range users {
		shown := u.Profile.DisplayName
		for _, other := range []string{u.Profile.RealName, u.RealName} {
			if shown == "" {
				shown = other
			}
		}
		username, err := w.in.Person(ctx, intake.Person{
			ID: u.ID, Name: u.Name, DisplayName: shown, Role: u.role(), Gone: u.Deleted || u.IsBot,
		})
		if err != nil {
			return err
		}
		w.words.people[u.ID] = username
	}
	return nil
}

// read reads a list; one that isn't there is empty.
func (w *workspace) read(name string, value any) error {
	file, err := w.files.Open(path.Join(w.base, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	defer file.Close()
	if err := json.NewDecoder(&intake.Limit{In: file, Left: mostList, What: name}).Decode(value); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// days returns the files of what was said, by their folders, in order.
func (w *workspace) days() map[string][]*zip.File {
	days := make(map[string][]*zip.File)
	for _, f := range w.files.File {
		name := f.Name
		if w.base != "." {
			name = strings.TrimPrefix(name, w.base+"/")
		}
		if dir, file := path.Split(name); dir != "" && path.Ext(file) == ".json" {
			days[path.Clean(dir)] = append(days[path.Clean(dir)], f)
		}
	}
	for _, files := range days {
		slices.SortFunc(files, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	}
	return days
}
