package handler

import (
	"bytes"

	"github.com/gin-gonic/gin"
)

// render answers with a page. It is rendered whole before anything is sent.
func (h *Handler) render(c *gin.Context, status int, name string, data any) {
	var page bytes.Buffer
	if err := h.Site.Render(&page, name, data); err != nil {
		_ = c.Error(err) // for the log
		c.JSON(internal.status, gin.H{"error": gin.H{"code": internal.code, "message": internal.message}})
		return
	}
	c.Data(status, "text/html; charset=utf-8", page.Bytes())
}
