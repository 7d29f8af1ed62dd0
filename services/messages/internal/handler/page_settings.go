package handler

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/core/access"
	"parley/core/chat"
	"parley/messages/internal/room"
	"parley/messages/web"
)

// settingsPage shows a room's settings, and one's own in it. change has what
// was typed before a failure.
func (h *Handler) settingsPage(c *gin.Context, status int, failure web.Failure, change room.Settings) {
	name, err := roomName(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	grant, err := h.Grants.Find(c.Request.Context(), access.Key{Username: user(c), Room: name})
	page := web.Settings{Failure: failure, Saved: c.Query(savedMark)}
	if err == nil {
		page.Frame, page.Room, err = h.roomFrame(c, name)
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	page.Member = grant.Member
	page.MayEdit = page.Room.Kind != chat.Direct && grant.Moderates()
	page.MayLeave = page.Room.Kind != chat.Direct && grant.Member
	page.Retention = web.Retention{
		Days: page.Room.RetentionDays, Elsewhere: h.Retention.Kept(),
		MayEdit: page.MayEdit && grant.Role.AtLeast(chat.Admin),
	}
	if change.Title != nil {
		page.Room.Title = *change.Title
	}
	if change.Topic != nil {
		page.Room.Topic = *change.Topic
	}
	h.render(c, status, "settings.html", page)
}

func (h *Handler) showSettings(c *gin.Context) {
	h.settingsPage(c, http.StatusOK, web.Failure{}, room.Settings{})
}

// anchors lead to what was saved, if it is further down.
var anchors = map[string]string{"retention": "#retention-heading"}

// saveSettings changes what the form has: title and topic, whether the room is
// archived, or how long it keeps messages.
func (h *Handler) saveSettings(c *gin.Context) {
	in := h.form(c)
	if in == nil {
		return
	}
	var wanted room.Settings
	saved := "archive"
	switch {
	case in.form.Has("archived"):
		archived := in.form.Get("archived") == "true"
		wanted.Archived = &archived
	case in.form.Has("retention"):
		wanted.Retention = retentionOf(in.form.Get("retention"))
		saved = "retention"
	default:
		wanted.Title, wanted.Topic = field(in, "title"), field(in, "topic")
		saved = "about"
	}
	name, err := h.readableRoom(c)
	if err == nil {
		typed := wanted
		if _, err = h.Rooms.Change(c.Request.Context(), current(c).Session, name, wanted); err != nil {
			if status, failure, told := h.failed(c, err); told {
				h.settingsPage(c, status, failure, typed)
			}
			return
		}
		if wanted.Retention != nil {
			h.Retention.Changed()
		}
		done(c, "/chat/"+name+"/settings?"+savedMark+"="+saved+anchors[saved])
		return
	}
	h.fail(c, err)
}

// retentionOf reads a retention as the form sends it: "" is as the deployment
// says. What is no number is no retention either, and refused as one.
func retentionOf(value string) *room.Retention {
	if value == "" {
		return &room.Retention{}
	}
	days, err := strconv.Atoi(value)
	if err != nil {
		days = -1
	}
	return &room.Retention{Days: &days}
}

// field returns a line of the form; nil if it has none of that name.
func field(in *input, name string) *string {
	if !in.form.Has(name) {
		return nil
	}
	line := oneLine(in.form.Get(name))
	return &line
}

// oneLine has spaces in place of line breaks.
func oneLine(text string) string { return strings.Join(strings.FieldsFunc(text, isBreak), " ") }

func isBreak(r rune) bool { return r == '\n' || r == '\r' }

// saveNotify is setNotify for a form.
func (h *Handler) saveNotify(c *gin.Context) {
	in := h.form(c)
	if in == nil {
		return
	}
	name, err := roomName(c)
	if err == nil {
		err = h.Members.Notify(c.Request.Context(), current(c).Session, name, chat.Level(in.form.Get("level")))
	}
	if err == nil {
		done(c, "/chat/"+name+"/settings?"+savedMark+"=notify#notify-heading")
		return
	}
	if status, failure, told := h.failed(c, err); told {
		h.settingsPage(c, status, failure, room.Settings{})
	}
}
