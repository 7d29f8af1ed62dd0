package handler

import "github.com/gin-gonic/gin"

// unbounded are the routes whose writes don't count as changes. Some have
// limits of their own. By the others one gets rid of whoever uses up one's
// limit with a session that they should not have.
var unbounded = map[string]bool{
	"/chat/:room/read":   true, // only grows, up to the head; what makes it shrink is counted
	"/chat/:room/typing": true,
	"/password":          true,
	"/sessions/:id":      true,
	"/sessions/:id/end":  true,
}

// bounded counts a change against the user's limit. A change takes a position
// on the log of a room or of a person, and all who follow that hear of it: by
// adding and removing somebody without end one could fill their log.
func (h *Handler) bounded(c *gin.Context) {
	if isRead(c.Request) || unbounded[c.FullPath()] {
		return
	}
	if err := h.ChangeLimit.Take(c.Request.Context(), user(c)); err != nil {
		h.fail(c, err)
	}
}
