package handler

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/messages/internal/audit"
	"parley/messages/web"
)

// auditPage shows who did what to whom.
func (h *Handler) auditPage(c *gin.Context, before int64) {
	page := web.Audit{Later: before > 0}
	entries, more, err := h.Audit.List(c.Request.Context(), before)
	if err == nil {
		page.Frame, err = h.frame(c, "")
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	page.More = more
	for _, e := range entries {
		page.Entries = append(page.Entries, showEntry(e))
	}
	h.render(c, http.StatusOK, "audit.html", page)
}

func showEntry(e audit.Entry) web.AuditEntry {
	shown := web.AuditEntry{ID: e.ID, Actor: e.Actor, Action: e.Action, Subject: e.Subject}
	shown.At, _ = time.Parse(chat.TimeFormat, e.At) // it was formatted so
	_ = json.Unmarshal(e.Detail, &shown.Detail)     // the column is JSON
	return shown
}
