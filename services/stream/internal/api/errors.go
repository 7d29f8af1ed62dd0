package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/core/history"
	"parley/core/session"
	"parley/core/sse"
	"parley/stream/internal/guard"
)

// refusal is an error that is the client's to mend.
type refusal struct {
	status        int
	code, message string
}

func (r *refusal) Error() string { return r.code }

var (
	errNotSignedIn  = &refusal{http.StatusUnauthorized, "not_signed_in", "Sign in to listen."}
	errRoomNotFound = &refusal{http.StatusNotFound, "room_not_found", "There is no such room."}
	errNotFound     = &refusal{http.StatusNotFound, "not_found", "There is nothing here."}
	errMethod       = &refusal{http.StatusMethodNotAllowed, "method_not_allowed", "A stream is opened with GET."}
	errHost         = &refusal{http.StatusMisdirectedRequest, "host_not_allowed", "Parley does not go by this name here."}
	errTooMany      = &refusal{http.StatusTooManyRequests, "too_many_streams", "Too many streams are open; close one first."}
	errAfter        = &refusal{http.StatusUnprocessableEntity, "after_invalid", "after names up to 200 logs, such as @ada:7,general:42."}

	errBusy = errors.New("too many handshakes")
	errGone = errors.New("client gone")
	errLost = errors.New("session or access lost")
)

// retrySeconds is when a refused client may come again, for Retry-After.
const retrySeconds = "5"

// known reports whether err is no fault of ours, or counted elsewhere.
func known(err error) bool {
	var r *refusal
	return errors.As(refused(err), &r) || errors.Is(err, errGone) || errors.Is(err, errLost) || errors.Is(err, context.Canceled)
}

func refused(err error) error {
	switch {
	case errors.Is(err, history.ErrNotFound):
		return errRoomNotFound
	case errors.Is(err, session.ErrNotFound):
		return errNotSignedIn
	case errors.Is(err, guard.ErrTooMany):
		return errTooMany
	}
	return err
}

// fail answers a request that gets no stream: a refusal with its status, all
// else with a stream that only says when to come again.
func fail(c *gin.Context, err error) {
	c.Header("Cache-Control", "no-store")
	var r *refusal
	if errors.As(refused(err), &r) {
		if r.status == http.StatusTooManyRequests {
			c.Header("Retry-After", retrySeconds)
		}
		c.JSON(r.status, gin.H{"error": gin.H{"code": r.code, "message": r.message}})
		return
	}
	c.Header("Connection", "close")
	c.Header("X-Accel-Buffering", "no")
	c.Data(http.StatusOK, "text/event-stream", sse.AppendRetry(nil, retryAfter()))
}
