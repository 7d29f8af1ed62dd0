package handler

import (
	"github.com/gin-gonic/gin"

	"parley/messages/internal/reads"
	"parley/messages/web"
)

// roomAnswer makes a room's page, of parts that are kept where they can be.
func (h *Handler) roomAnswer(c *gin.Context, name string) (*reads.Answer, error) {
	var page web.Room
	if err := h.fillRoom(c, &page, name); err != nil {
		return nil, err
	}
	log := h.keptLog(&page)
	if log == nil {
		err := h.fillLog(c, name, 0, &page)
		if err == nil {
			log, err = h.roomLog(&page)
		}
		if err != nil {
			return nil, err
		}
	}
	return h.roomPage(&page, log)
}

// keptLog returns the log of a room's page, if it is kept and still holds: it is
// that of everybody who has read it all. It fills in what the page says of it.
func (h *Handler) keptLog(page *web.Room) *reads.Part {
	if page.Room.Unread > 0 {
		return nil
	}
	for _, more := range []bool{true, false} {
		if kept := h.kept.logs.Get(page.Room.Name, logState{page.Room.Head, more}); kept != nil {
			page.At, page.More, page.Kept = page.Room.Head, more, true
			return kept.Parts()[0]
		}
	}
	return nil
}

// roomLog renders the log of a room's page, and keeps it if it is everybody's.
func (h *Handler) roomLog(page *web.Room) (*reads.Part, error) {
	log, err := h.Site.RoomLog(*page)
	if err != nil {
		return nil, err
	}
	part := h.kept.pages.Part(log)
	if page.Room.Unread == 0 && !page.Silent() && !page.Newer {
		h.kept.logs.Put(page.Room.Name, logState{page.At, page.More}, reads.Join(part))
	}
	return part, nil
}

// roomPage joins a room's page from its log and what stands around it.
func (h *Handler) roomPage(page *web.Room, log *reads.Part) (*reads.Answer, error) {
	before, behind, err := h.Site.RoomApart(*page)
	if err != nil {
		return nil, err
	}
	var parts []*reads.Part
	for _, piece := range before {
		parts = append(parts, h.kept.pages.Part(piece))
	}
	parts = append(parts, log)
	for _, piece := range behind {
		parts = append(parts, h.kept.pages.Part(piece))
	}
	return reads.Join(parts...), nil
}
