package wire

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"parley/core/chat"
	"parley/core/session"
)

// Notice is an event that is not durable: whoever listens gets it, and it is
// not kept. It has a type and no revision.
type Notice interface {
	Type() string // the SSE event name
	AppendJSON(b []byte) []byte
}

// Typing says that somebody is writing in a room.
type Typing struct {
	Room     string `json:"room"`
	Username string `json:"username"`
}

// Type implements [Notice].
func (*Typing) Type() string { return TypeTyping }

// AppendJSON implements [Notice].
func (t *Typing) AppendJSON(b []byte) []byte {
	b = append(b, `{"type":"typing","room":`...)
	b = chat.AppendString(b, t.Room)
	b = append(b, `,"username":`...)
	return append(chat.AppendString(b, t.Username), '}')
}

// Presence says that a person who is in the room came, went, or is away.
type Presence struct {
	Room     string `json:"room"`
	Username string `json:"username"`
	State    string `json:"state"`
}

// The states of a person.
const (
	Online  = "online"
	Away    = "away"
	Offline = "offline"
)

// Type implements [Notice].
func (*Presence) Type() string { return TypePresence }

// AppendJSON implements [Notice].
func (p *Presence) AppendJSON(b []byte) []byte {
	b = append(b, `{"type":"presence","room":`...)
	b = chat.AppendString(b, p.Room)
	b = append(b, `,"username":`...)
	b = chat.AppendString(b, p.Username)
	b = append(b, `,"state":`...)
	return append(chat.AppendString(b, p.State), '}')
}

// SessionsEnded is the notice that sessions have ended, as published on
// [SessionsEndedChannel]: {"keys":["<hex>", …]}.
type SessionsEnded struct {
	Keys []session.Key
}

// MaxEndedKeys is how many sessions one [SessionsEnded] names at most.
const MaxEndedKeys = 500

// AppendJSON appends the notice as JSON.
func (e SessionsEnded) AppendJSON(b []byte) []byte {
	b = append(b, `{"keys":[`...)
	for i, key := range e.Keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = hex.AppendEncode(b, key[:])
		b = append(b, '"')
	}
	return append(b, ']', '}')
}

// ParseSessionsEnded reads a payload of [SessionsEndedChannel].
func ParseSessionsEnded(data []byte) (SessionsEnded, error) {
	var raw struct {
		Keys []string `json:"keys"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return SessionsEnded{}, fmt.Errorf("%w: %w", ErrPayload, err)
	}
	ended := SessionsEnded{Keys: make([]session.Key, len(raw.Keys))}
	for i, text := range raw.Keys {
		b, err := hex.DecodeString(text)
		if err != nil {
			return SessionsEnded{}, fmt.Errorf("read session key: %w", err)
		}
		if len(b) != len(session.Key{}) {
			return SessionsEnded{}, errors.New("read session key: wrong length")
		}
		ended.Keys[i] = session.Key(b)
	}
	return ended, nil
}
