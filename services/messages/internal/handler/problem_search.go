package handler

import "parley/messages/internal/search"

var searchProblems = []known{
	{search.ErrBusy, unavailable},
	{search.ErrEmpty, problem{422, "query_empty", "Say what to look for."}},
	{search.ErrInvalid, problem{422, "query_invalid", "q must be text of at most 500 characters, with 30 words and 6 alternatives at most."}},
	{search.ErrDate, problem{422, "date_invalid", "before: and after: take a date, such as 2026-01-31, or a time as in RFC 3339."}},
	{search.ErrHas, problem{422, "has_invalid", "has: takes link."}},
}
