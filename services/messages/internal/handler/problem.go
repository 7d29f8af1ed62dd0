package handler

import (
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"parley/core/backing"
	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/change"
	"parley/messages/internal/limit"
	"parley/messages/web"
)

// The errors of a request that are found here, before anything is asked of a store.
var (
	errNotFound      = errors.New("no such address")
	errMethod        = errors.New("method not allowed")
	errNotSignedIn   = errors.New("not signed in")
	errCrossOrigin   = errors.New("cross-origin request")
	errJSON          = errors.New("invalid JSON")
	errForm          = errors.New("invalid form")
	errUnread        = errors.New("request not read to its end")
	errSlow          = errors.New("request not read in time")
	errMediaType     = errors.New("unsupported media type")
	errTooLarge      = errors.New("request too large")
	errBeforeInvalid = errors.New("before invalid")
	errLimitInvalid  = errors.New("limit invalid")
	errNoSession     = errors.New("no such session of this user")
)

// problem is how an error is told to a client.
type problem struct {
	status  int
	code    string
	message string
}

// known is an error of which is known how to tell it.
type known struct {
	err error
	problem
}

// problems are the errors that clients cause, and those of being too busy.
var problems = slices.Concat(generalProblems, accountProblems, roomProblems, messageProblems, searchProblems)

var generalProblems = []known{
	{errNotFound, problem{404, "not_found", "There is nothing at this address."}},
	{errMethod, problem{405, "method_not_allowed", "This address does not take that method."}},
	{errNotSignedIn, problem{401, "not_signed_in", "Sign in first."}},
	{session.ErrNotFound, problem{401, "not_signed_in", "This session has ended. Sign in again."}},
	{errCrossOrigin, problem{403, "cross_origin", "This request came from another site."}},
	{errJSON, problem{400, "invalid_json", "The request is not the JSON that is expected here."}},
	{errForm, problem{400, "invalid_form", "The form could not be read."}},
	{errSlow, problem{408, "timeout", "The request took too long to arrive."}},
	{errNoSession, problem{404, "session_not_found", "You have no such session."}},
	{errUnread, problem{400, "incomplete", "The request ended before its end."}},
	{errMediaType, problem{415, "unsupported_media_type", "Send application/json or application/x-www-form-urlencoded."}},
	{errTooLarge, problem{413, "too_large", "A request may have at most 64 KiB."}},
	{errBeforeInvalid, problem{422, "before_invalid", "before must be the id of a message: 1 or more."}},
	{errLimitInvalid, problem{422, "limit_invalid", "limit must be a number: 1 to 200."}},

	{chat.ErrBodyEmpty, problem{422, "body_empty", "Write something first."}},
	{chat.ErrBodyTooLong, problem{422, "body_too_long", "A message has at most 4,000 characters."}},
	{chat.ErrBodyInvalid, problem{422, "body_invalid", "A message is text: valid UTF-8 without NUL."}},
	{chat.ErrClientIDInvalid, problem{422, "client_id_invalid", "client_id must have 1 to 100 characters."}},

	{change.ErrBusy, unavailable},
	{change.ErrClosed, unavailable},
	{context.DeadlineExceeded, unavailable},
	{context.Canceled, unavailable}, // the client has left
}

var (
	unavailable = problem{503, "unavailable", "Parley cannot do this just now. Try again shortly."}
	rateLimited = problem{429, "rate_limited", "Too many tries. Wait a little."}
	internal    = problem{500, "internal", "Something went wrong on our side."}
)

// retryAfter is how long a client should wait that was told 503.
const retryAfter = 2 * time.Second

func problemOf(err error) problem {
	for _, known := range problems {
		if errors.Is(err, known.err) {
			return known.problem
		}
	}
	var exceeded *limit.Exceeded
	switch {
	case errors.As(err, &exceeded):
		return rateLimited
	case backing.Unavailable(err):
		return unavailable
	}
	return internal
}

// fail answers with the problem that err is, as a page where a browser shows
// one, else as JSON, and ends the request.
func (h *Handler) fail(c *gin.Context, err error) {
	p := h.note(c, err)
	if !wantsPage(c.Request) || p.status == http.StatusUnauthorized {
		c.JSON(p.status, gin.H{"error": gin.H{"code": p.code, "message": p.message}})
		return
	}
	h.render(c, p.status, "error.html", web.Error{
		Status: p.status, Title: http.StatusText(p.status), Message: p.message, Username: user(c),
	})
}

// note ends the request, remembers err for the log, sets the headers that
// belong to its problem, and returns that for the answer.
func (h *Handler) note(c *gin.Context, err error) problem {
	c.Abort()
	_ = c.Error(err) // returns what it was given
	p := problemOf(err)
	var exceeded *limit.Exceeded
	switch {
	case errors.As(err, &exceeded):
		setRetryAfter(c, exceeded.Wait)
	case p.status == http.StatusServiceUnavailable:
		setRetryAfter(c, retryAfter)
	}
	return p
}

// setRetryAfter rounds up: whole seconds are all that the header can say.
func setRetryAfter(c *gin.Context, wait time.Duration) {
	c.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}
