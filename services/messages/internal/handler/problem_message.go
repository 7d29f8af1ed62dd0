package handler

import (
	"errors"

	"parley/messages/internal/message"
)

// The errors of requests about messages that are found here.
var (
	errReplyInvalid  = errors.New("reply_to invalid")
	errThreadInvalid = errors.New("thread invalid")
	errEmojiInvalid  = errors.New("emoji invalid")
)

var messageProblems = []known{
	{message.ErrNotFound, problem{404, "message_not_found", "There is no such message."}},
	{message.ErrNotYours, problem{403, "not_yours", "Only its author may change a message."}},
	{message.ErrDeleted, problem{409, "message_deleted", "This message was deleted."}},
	{message.ErrTooManyReactions, problem{409, "too_many_reactions", "A message has at most 20 different reactions."}},
	{message.ErrTooManyPins, problem{409, "too_many_pins", "A room has at most 100 pinned messages. Unpin one first."}},

	{errReplyInvalid, problem{422, "reply_invalid", "reply_to must be the id of a message of the room."}},
	{errThreadInvalid, problem{422, "thread_invalid", "thread must be the id of a message of the room that is in no thread itself."}},
	{errEmojiInvalid, problem{422, "emoji_invalid", "A reaction is one emoji."}},
}
