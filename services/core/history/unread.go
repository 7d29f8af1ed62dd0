package history

// Unread is the query, of one row, that counts what a person has not read of a
// room. In a statement with it p is the row of users, r that of rooms, and m
// the person's row of memberships in the room. Its columns:
//
//	own       the id of their own newest message among those counted, or NULL:
//	          who posts has read up to there
//	unread    how many are by others, above m.read and own; exact up to 99, and
//	          100 for more
//	mentions  how many of these mention the person, by name or with all others
//
// Replies in a thread don't count, nor do messages that are deleted; who has
// deleted their own has read up to it nevertheless.
//
// It looks at the newest 100 messages above m.read and no others, so a room
// costs no more however much is unread, if the planner reads them by index from
// the newest on: see [ByIndex].
const Unread = `
	SELECT max(own) AS own, count(*) FILTER (WHERE id > coalesce(own, 0)) AS unread,
		count(*) FILTER (WHERE id > coalesce(own, 0) AND mentions && ARRAY[p.username, '@room', '@here'] COLLATE "C") AS mentions
	FROM (
		SELECT id, mentions, max(id) FILTER (WHERE username = p.username) OVER () AS own
		FROM (
			SELECT id, username, mentions FROM messages
			WHERE room = r.name AND id > m.read AND r.head > m.read
				AND thread IS NULL AND (deleted_at IS NULL OR username = p.username)
			ORDER BY id DESC LIMIT 100
		) AS newest
	) AS counted`

// ByIndex is a statement for the transaction of [Unread], before it. The planner
// guesses that few messages are unread, and would gather all of them in a
// bitmap to sort them; and that many rooms are worth being compiled for, which
// takes longer than to read them.
const ByIndex = `SELECT set_config('enable_bitmapscan', 'off', true), set_config('jit', 'off', true)`
