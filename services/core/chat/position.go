// Package chat holds what both services must agree on about a chat: its
// messages, people and rooms, and the limits and names of the contract.
package chat

// Position numbers the durable changes of one log, a room's or a person's:
// 1, 2, 3 … without a hole, in the order of their commits. 0 stands before the
// first.
type Position = int64

// TimeFormat is RFC 3339 in UTC with all six digits of a microsecond, the
// resolution that Postgres stores.
const TimeFormat = "2006-01-02T15:04:05.000000Z"
