package client

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"parley/core/chat"
)

// Differences tells what a mirror has otherwise than one that was loaded just
// now: the rooms as GET /chat tells them, with what is unread, and every
// message to the byte.
func (m *Mirror) Differences(fresh *Mirror) (all []string) {
	if m.at != fresh.at {
		all = append(all, fmt.Sprintf("the own log is at %d, loaded at %d", m.at, fresh.at))
	}
	names := maps.Clone(m.rooms)
	maps.Copy(names, fresh.rooms)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		mine, loaded := m.rooms[name], fresh.rooms[name]
		if mine == nil || loaded == nil {
			all = append(all, fmt.Sprintf("room %s: mirrored %v, loaded %v", name, mine != nil, loaded != nil))
			continue
		}
		if got, want := mine.counted(m.user.Name), loaded.Room; !reflect.DeepEqual(got, want) {
			all = append(all, fmt.Sprintf("room %s is mirrored as %+v, loaded as %+v", name, got, want))
		}
		all = append(all, mine.differences(loaded)...)
	}
	return all
}

func (r *mirrored) differences(fresh *mirrored) (all []string) {
	ids := maps.Clone(r.messages)
	maps.Copy(ids, fresh.messages)
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		if mine, loaded := r.messages[id].raw, fresh.messages[id].raw; mine != loaded {
			all = append(all, fmt.Sprintf("message %d of %s is mirrored as %q, loaded as %q", id, r.Name, mine, loaded))
		}
	}
	return all
}

// most is how many unread messages are looked at: "more than 99".
const most = 100

// counted returns the room with what a page counts itself: of the newest hundred
// by others above what was read all count; who posts has read up to there, unless
// they marked the room unread since.
func (r *mirrored) counted(username string) Room {
	room := r.Room
	room.Head, room.Unread, room.Mentions = r.at, 0, 0
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(r.messages))) {
		m := r.messages[id].Message
		switch own := m.Username == username; {
		case id <= room.Read || room.Unread == most:
			return room
		case m.Thread != 0 || own && id <= room.Reopened || !own && m.Deleted:
		case own:
			room.Read = id
			return room
		default:
			room.Unread++
			if slices.ContainsFunc(m.Mentions, func(name string) bool {
				return name == username || name == chat.MentionRoom || name == chat.MentionHere
			}) {
				room.Mentions++
			}
		}
	}
	return room
}
