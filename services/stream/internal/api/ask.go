package api

import (
	"context"
	"slices"

	"github.com/gin-gonic/gin"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/wire"
	"parley/stream/internal/guard"
)

// asked is what a request wants to hear.
type asked struct {
	cursors    []wire.Cursor
	room       string // of a stream of one room; "" for everything
	everything bool
}

// oneRoom reads a request for /chat/{room}/stream.
func (a *API) oneRoom(c *gin.Context) (asked, error) {
	room := c.Param("room")
	if !chat.ValidRoom(room) {
		return asked{}, errRoomNotFound
	}
	value := c.GetHeader("Last-Event-ID")
	if value == "" {
		value = c.Query("after")
	}
	return asked{room: room, cursors: []wire.Cursor{wire.ParseCursor(wire.RoomTopic(room), value)}}, nil
}

// everything reads a request for /chat/stream.
func (a *API) everything(c *gin.Context) (asked, error) {
	cursors, err := wire.ParseCursors(c.Query("after"), c.GetHeader("Last-Event-ID"))
	if err != nil {
		return asked{}, errAfter
	}
	return asked{cursors: cursors, everything: true}, nil
}

// place is a log that a stream is to carry.
type place struct {
	cursor wire.Cursor
	silent bool // watched only
	named  bool // an open room that needs no membership
	joined chat.Position
}

// plan is what a stream is to carry: the person's log first, then rooms.
type plan struct {
	places []place
	asOf   chat.Position // the head of the person's log when this was true
}

// plan asks what the person of seat may hear of what the request wants. Names
// that they may not read are passed over, but a stream of one such room is
// refused.
func (a *API) plan(ctx context.Context, seat guard.Seat, want asked) (plan, error) {
	if !want.everything {
		return a.planOne(ctx, seat.Username, want)
	}
	rooms, found, err := a.Roster.Rooms(ctx, seat.Username)
	if err != nil {
		return plan{}, err
	}
	if !found {
		return plan{}, errNotSignedIn
	}
	places, err := a.placesOf(ctx, wire.PersonTopic(seat.Username), rooms, want.cursors)
	return plan{places, rooms.Head}, err
}

// planOne is the plan of a stream of one room.
func (a *API) planOne(ctx context.Context, username string, want asked) (plan, error) {
	grant, may, err := a.Roster.Grant(ctx, username, want.room)
	if err != nil {
		return plan{}, err
	}
	if !may {
		_, found, err := a.Roster.Rooms(ctx, username)
		switch {
		case err != nil:
			return plan{}, err
		case !found: // it is the account that is gone
			return plan{}, errNotSignedIn
		}
		return plan{}, errRoomNotFound
	}
	me := wire.Cursor{Topic: wire.PersonTopic(username)}
	return plan{[]place{{cursor: me, silent: true}, {cursor: want.cursors[0], named: grant.Kind == chat.Open, joined: grant.Joined}}, grant.Head}, nil
}

// placesOf returns a person's log, the rooms that they are in, and the open
// rooms that the cursors name besides.
func (a *API) placesOf(ctx context.Context, me wire.Topic, rooms access.Rooms, cursors []wire.Cursor) ([]place, error) {
	asked := make(map[wire.Topic]wire.Cursor, len(cursors))
	for _, cursor := range cursors {
		asked[cursor.Topic] = cursor
	}
	places := make([]place, 0, 1+len(rooms.Names))
	add := func(topic wire.Topic, joined chat.Position, named bool) {
		cursor, ok := asked[topic]
		if !ok {
			cursor = wire.Cursor{Topic: topic, Kind: wire.CursorHead}
		}
		delete(asked, topic)
		places = append(places, place{cursor: cursor, named: named, joined: joined})
	}
	add(me, 0, false)
	for i, name := range rooms.Names {
		add(wire.RoomTopic(name), rooms.Joined[i], false)
	}
	username, _ := me.Person()
	named, err := a.readable(ctx, username, asked)
	if err != nil {
		return nil, err
	}
	for _, topic := range named {
		add(topic, 0, true)
	}
	return places, nil
}

// readable returns those of the rooms in asked that a person may read, in order
// of name.
func (a *API) readable(ctx context.Context, username string, asked map[wire.Topic]wire.Cursor) (topics []wire.Topic, err error) {
	var keys []access.Key
	for topic := range asked {
		if room, ok := topic.Room(); ok {
			keys = append(keys, access.Key{Username: username, Room: room})
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	grants, err := a.Roster.Grants(ctx, keys)
	if err != nil {
		return nil, err
	}
	for key := range grants {
		topics = append(topics, wire.RoomTopic(key.Room))
	}
	slices.Sort(topics)
	return topics, nil
}
