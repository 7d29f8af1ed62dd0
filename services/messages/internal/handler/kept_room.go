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
		if err := h.fillLog(c, name, 0, &page); err != nil {
			return nil, err
		}
		log = h.roomLog(&page)
	}
	around, err := h.roomAround(page.Around())
	if err != nil {
		return nil, err
	}
	sidebar, err := h.Site.Sidebar(page)
	if err != nil {
		return nil, err
	}
	head, top, end := around[0], around[1], around[2]
	return reads.Join(head, h.kept.pages.Part(sidebar), top, log, end), nil
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
func (h *Handler) roomLog(page *web.Room) *reads.Part {
	part := h.kept.pages.Part([]byte(h.Site.Log(*page)))
	if page.Room.Unread == 0 && !page.Silent() && !page.Newer {
		h.kept.logs.Put(page.Room.Name, logState{page.At, page.More}, reads.Join(part))
	}
	return part
}

// roomAround returns what stands around the sidebar and the log of a room's page.
func (h *Handler) roomAround(around web.Around) ([]*reads.Part, error) {
	if kept := h.kept.around.Get(around, struct{}{}); kept != nil {
		return kept.Parts(), nil
	}
	head, top, end, err := h.Site.RoomAround(around)
	if err != nil {
		return nil, err
	}
	answer := reads.Join(h.kept.pages.Part(head), h.kept.pages.Part(top), h.kept.pages.Part(end))
	h.kept.around.Put(around, struct{}{}, answer)
	return answer.Parts(), nil
}
