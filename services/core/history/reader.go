package history

import "parley/core/chat"

// Columns are those of a message, "said", for a statement that finds messages
// by more than this package knows of. [Reader] reads them.
const Columns = columns

// Reader reads [Columns], which are NULLs where a LEFT JOIN found no message.
type Reader struct{ row row }

// Targets returns what a row's columns are scanned into.
func (r *Reader) Targets() []any { return r.row.targets() }

// Message returns the message of the row that was scanned last, which is of
// room; ok is false for a row of NULLs.
func (r *Reader) Message(room string) (m chat.Message, ok bool) { return r.row.message(room) }
