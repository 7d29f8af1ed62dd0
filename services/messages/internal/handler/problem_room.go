package handler

import (
	"errors"

	"parley/core/access"
	"parley/core/history"
	"parley/messages/internal/membership"
	"parley/messages/internal/room"
)

// The errors of requests about rooms that are found here.
var (
	errAfterInvalid  = errors.New("after invalid")
	errAroundInvalid = errors.New("around invalid")
	errTwoPlaces     = errors.New("several places in history at once")
	errQueryInvalid  = errors.New("search invalid")
	errIDInvalid     = errors.New("id invalid")
	errSinceInvalid  = errors.New("since invalid")
)

var noRoom = problem{404, "room_not_found", "There is no such room."}

// roomProblems are those of rooms. A room that one may not read is answered as
// one that there isn't.
var roomProblems = []known{
	{access.ErrNotFound, noRoom},
	{history.ErrNotFound, noRoom},
	{access.ErrForbidden, problem{403, "forbidden", "You may not do that."}},
	{access.ErrNotMember, problem{409, "not_member", "Join the room first."}},
	{access.ErrArchived, problem{409, "room_archived", "This room is archived: it can be read only."}},
	{access.ErrDirect, problem{409, "room_direct", "This is a direct conversation. Its people stay the same."}},

	{room.ErrExists, problem{409, "room_exists", "There is a room of this name already."}},
	{room.ErrNameInvalid, problem{422, "room_name_invalid", "A room's name has 1 to 100 letters a to z, digits, and _ - but begins with a letter or digit. Some names are taken by Parley itself."}},
	{room.ErrKindInvalid, problem{422, "kind_invalid", "A room is open or private."}},
	{room.ErrTitleTooLong, problem{422, "title_too_long", "A title has at most 80 characters."}},
	{room.ErrTopicTooLong, problem{422, "topic_too_long", "A topic has at most 250 characters."}},
	{room.ErrTextInvalid, problem{422, "text_invalid", "A title or topic is one line of text."}},
	{room.ErrRetentionInvalid, problem{422, "retention_invalid", "Messages are kept for 1 to 36500 days, or for ever: 0."}},
	{room.ErrPeopleInvalid, problem{422, "people_invalid", "A direct conversation has 2 to 9 people, you among them."}},

	{membership.ErrPersonNotFound, problem{404, "person_not_found", "There is no such person."}},
	{membership.ErrLevelInvalid, problem{422, "level_invalid", "level must be all, mentions or none."}},

	{errAfterInvalid, problem{422, "after_invalid", "after must be where the page before ended."}},
	{history.ErrPlace, problem{422, "before_invalid", "before must be what the page before gave as next."}},
	{errAroundInvalid, problem{422, "around_invalid", "around must be the id of a message: 1 or more."}},
	{errTwoPlaces, problem{422, "place_invalid", "Ask for before, after, around or since: one of them."}},
	{errSinceInvalid, problem{422, "since_invalid", "since must be a time as in RFC 3339, or a date."}},
	{errQueryInvalid, problem{422, "query_invalid", "q must be text of at most 100 characters."}},
	{errIDInvalid, problem{422, "id_invalid", "id must be the id of a message: 0 or more."}},
}
