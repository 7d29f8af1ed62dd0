package handler

import (
	"bytes"

	"github.com/gin-gonic/gin"
)

// render answers with a page. It is rendered whole before anything is sent.
func (h *Handler) render(c *gin.Context, status int, name string, data any) {
	if page, ok := h.rendered(c, name, data); ok {
		c.Data(status, typeHTML, page)
	}
}

// rendered returns a page. It answers if it can't be rendered.
func (h *Handler) rendered(c *gin.Context, name string, data any) ([]byte, bool) {
	var page bytes.Buffer
	if err := h.Site.Render(&page, name, data); err != nil {
		_ = c.Error(err) // for the log
		c.JSON(internal.status, gin.H{"error": gin.H{"code": internal.code, "message": internal.message}})
		return nil, false
	}
	return page.Bytes(), true
}
