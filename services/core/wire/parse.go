package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"parley/core/chat"
)

// ErrPayload is wrapped by the errors of [Parse].
var ErrPayload = errors.New("not an event")

// payload has the fields of every kind of payload.
type payload struct {
	message
	Type        string        `json:"type"`
	Kind        chat.Kind     `json:"kind"`
	Title       string        `json:"title"`
	Topic       string        `json:"topic"`
	Archived    bool          `json:"archived"`
	Member      bool          `json:"member"`
	Moderator   bool          `json:"moderator"`
	Joined      chat.Position `json:"joined"`
	Read        chat.Position `json:"read"`
	Reopened    chat.Position `json:"reopened"`
	Notify      chat.Level    `json:"notify"`
	People      []string      `json:"people"`
	DisplayName string        `json:"display_name"`
	Role        chat.Role     `json:"role"`
	State       string        `json:"state"`
	Floor       chat.Position `json:"floor"`
	Retention   *int          `json:"retention_days"`
	Version     chat.Position `json:"version"`
	Look
	TimeZone string `json:"time_zone"`
	Language string `json:"language"`
	Theme    string `json:"theme"`
}

// message drops Message's methods, so that embedding it promotes none.
type message chat.Message

// Parse reads a payload published on the channel of topic: an Event, or a
// Notice; the other is nil. Anyone who reaches Redis can publish anything, so
// it trusts nothing: a payload must belong to the topic and keep the limits of
// the contract, and the caller encodes it anew.
func Parse(topic Topic, data []byte) (Event, Notice, error) {
	var p payload
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrPayload, err)
	}
	if username, ok := topic.Person(); ok {
		return parsePersonal(username, &p)
	}
	if p.Room != string(topic) {
		return nil, nil, fmt.Errorf("%w: of another room", ErrPayload)
	}
	return parseOfRoom(&p)
}

func parseOfRoom(p *payload) (Event, Notice, error) {
	switch p.Type {
	case "":
		m := chat.Message(p.message)
		if !validMessage(&m) {
			return nil, nil, outside("message")
		}
		return &m, nil, nil
	case TypeRoom:
		r := &Room{
			Revision: p.Revision, Room: p.Room, Kind: p.Kind, Title: p.Title, Topic: p.Topic, Archived: p.Archived,
			Floor: p.Floor, RetentionDays: p.Retention,
		}
		if r.Revision < 1 || !validKind(r.Kind) || !atMost(r.Title, chat.MaxTitle) || !atMost(r.Topic, chat.MaxTopic) ||
			r.Floor < 0 || r.Floor >= r.Revision || !chat.ValidRetention(r.RetentionDays) {
			return nil, nil, outside("room")
		}
		return r, nil, nil
	case TypeProfile:
		one := &Profile{Revision: p.Revision, Room: p.Room, Username: p.Username, Version: p.Version, DisplayName: p.DisplayName, Look: p.Look}
		if one.Revision < 1 || one.Version < 1 || !chat.ValidUsername(one.Username) || !atMost(one.DisplayName, chat.MaxDisplayName) || !one.valid() {
			return nil, nil, outside("profile")
		}
		return one, nil, nil
	case TypeTyping:
		if p.Revision != 0 || !chat.ValidUsername(p.Username) {
			return nil, nil, outside("typing notice")
		}
		return nil, &Typing{Room: p.Room, Username: p.Username}, nil
	case TypePresence:
		if p.Revision != 0 || !chat.ValidUsername(p.Username) || !slices.Contains([]string{Online, Away, Offline}, p.State) {
			return nil, nil, outside("presence notice")
		}
		return nil, &Presence{Room: p.Room, Username: p.Username, State: p.State}, nil
	}
	return nil, nil, fmt.Errorf("%w: of an unknown type", ErrPayload)
}

func parsePersonal(username string, p *payload) (Event, Notice, error) {
	switch p.Type {
	case TypeMembership:
		m := &Membership{
			Revision: p.Revision, Room: p.Room, Kind: p.Kind, Member: p.Member, Moderator: p.Moderator,
			Joined: p.Joined, Read: p.Read, Reopened: p.Reopened, Notify: p.Notify, People: p.People,
		}
		if m.Revision < 1 || !chat.ValidRoom(m.Room) || !validKind(m.Kind) || m.Joined < 0 || m.Read < 0 || m.Reopened < 0 || !m.Notify.Valid() ||
			len(m.People) > chat.MaxDirect || !allUsernames(m.People) {
			return nil, nil, outside("membership")
		}
		return m, nil, nil
	case TypePerson:
		one := &Person{
			Revision: p.Revision, Username: p.Username, DisplayName: p.DisplayName, Role: p.Role,
			Look: p.Look, TimeZone: p.TimeZone, Language: p.Language, Theme: p.Theme,
		}
		if one.Revision < 1 || one.Username != username || !one.Role.Valid() || !atMost(one.DisplayName, chat.MaxDisplayName) || !one.valid() ||
			!chat.ValidTimeZone(one.TimeZone) || !chat.ValidLanguage(one.Language) || !chat.ValidTheme(one.Theme) {
			return nil, nil, outside("person")
		}
		return one, nil, nil
	}
	return nil, nil, fmt.Errorf("%w: of an unknown type", ErrPayload)
}

func validKind(k chat.Kind) bool { return k == chat.Open || k == chat.Private || k == chat.Direct }

func atMost(s string, characters int) bool { return utf8.RuneCountInString(s) <= characters }

func allUsernames(names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !chat.ValidUsername(name) })
}

func outside(what string) error {
	return fmt.Errorf("%w: outside the limits of a %s", ErrPayload, what)
}
