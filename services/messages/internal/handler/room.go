package handler

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"parley/core/access"
	"parley/core/chat"
	"parley/messages/internal/room"
	"parley/messages/web"
)

// maxQuery is how long a search for rooms can be, in characters.
const maxQuery = 100

// roomRoutes adds the addresses of rooms, all below /chat, to a group of those
// who are signed in.
func (h *Handler) roomRoutes(read []string, chat *gin.RouterGroup) {
	chat.Match(read, "", h.listRooms)
	chat.POST("", h.createRoom)
	chat.HEAD("/:room", h.showRoom) // GET: see keptRoom
	chat.Match(read, "/:room/:id", h.showMessage)
	chat.PATCH("/:room", h.changeRoom)
	chat.HEAD("/:room/messages", h.history) // GET: see keptStretch
	chat.PATCH("/:room/messages/:id", h.editMessage)
	chat.DELETE("/:room/messages/:id", h.deleteMessage)
	chat.PUT("/:room/messages/:id/reactions/:emoji", h.react)
	chat.DELETE("/:room/messages/:id/reactions/:emoji", h.react)
	chat.PUT("/:room/messages/:id/pin", h.pin)
	chat.DELETE("/:room/messages/:id/pin", h.pin)
	chat.Match(read, "/:room/messages/:id/versions", h.listVersions)
	chat.Match(read, "/:room/pins", h.listPins)
	chat.POST("/:room/join", h.join)
	chat.POST("/:room/leave", h.leave)
	chat.Match(read, "/:room/members", h.listMembers)
	chat.PUT("/:room/members/:username", h.addMember)
	chat.DELETE("/:room/members/:username", h.removeMember)
	chat.PUT("/:room/read", h.markRead)
	chat.PUT("/:room/notify", h.setNotify)
	chat.POST("/:room/typing", h.typing)
}

// listRooms answers with one's own rooms, as a page or as JSON, or with those
// that can be found.
func (h *Handler) listRooms(c *gin.Context) {
	c.Header("Vary", "Accept")
	switch page := wantsPage(c.Request); {
	case page && c.Query("browse") != "":
		h.browsePage(c, http.StatusOK, web.Browse{})
		return
	case page:
		h.homePage(c)
		return
	case c.Query("browse") != "":
		h.browse(c)
		return
	}
	rooms, me, err := h.Rooms.Mine(c.Request.Context(), user(c))
	if err != nil {
		h.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"rooms": rooms, "me": me})
}

func (h *Handler) browse(c *gin.Context) {
	rooms, more, err := h.found(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"rooms": rooms, "more": more})
}

// found returns the rooms that the request's search finds.
func (h *Handler) found(c *gin.Context) (rooms []room.Found, more bool, err error) {
	q, after := c.Query("q"), c.Query("after")
	switch {
	case !isLine(q, maxQuery):
		return nil, false, errQueryInvalid
	case after != "" && !chat.ValidRoom(after):
		return nil, false, errAfterInvalid
	}
	return h.Rooms.Browse(c.Request.Context(), user(c), q, after)
}

// isLine reports whether s is text that Postgres takes, and not too long.
func isLine(s string, most int) bool {
	for _, r := range s {
		if r == 0 {
			return false
		}
	}
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most
}

// createRoom makes a room. What is wrong with it is told before it counts
// against the limit.
func (h *Handler) createRoom(c *gin.Context) {
	in, err := readInput(c.Request)
	if err != nil {
		h.fail(c, err)
		return
	}
	var wanted struct {
		Name  string    `json:"name"`
		Title string    `json:"title"`
		Kind  chat.Kind `json:"kind"`
	}
	if in.isForm() {
		wanted.Name, wanted.Title = titled(in.form.Get("name"), in.form.Get("title"))
		wanted.Kind = chat.Kind(in.form.Get("kind"))
	} else if err := in.decode(&wanted); err != nil {
		h.fail(c, err)
		return
	}
	draft := room.Draft{Name: wanted.Name, Title: wanted.Title, Kind: wanted.Kind}
	err = h.create(c, draft)
	switch {
	case err != nil && in.isForm() && wantsPage(c.Request):
		h.createRoomFailed(c, draft, err)
	case err != nil:
		h.fail(c, err)
	case in.isForm():
		c.Redirect(http.StatusSeeOther, "/chat/"+wanted.Name)
	default:
		c.JSON(http.StatusCreated, gin.H{"name": wanted.Name})
	}
}

// titled takes what somebody typed as a room's handle for its title if it can't
// be one: "Launch Plan" is at launch-plan. The page's script does it, too.
func titled(name, title string) (handle, label string) {
	words := strings.Fields(strings.ToLower(name))
	if handle = strings.Join(words, "-"); handle == name || !chat.ValidRoom(handle) {
		return name, title
	}
	return handle, cmp.Or(title, strings.TrimSpace(name))
}

func (h *Handler) create(c *gin.Context, draft room.Draft) error {
	if err := draft.Check(); err != nil {
		return err
	}
	if err := h.RoomLimit.Take(c.Request.Context(), user(c)); err != nil {
		return err
	}
	return h.Rooms.Create(c.Request.Context(), current(c).Session, draft)
}

// changeRoom answers with the room as it is after the change.
func (h *Handler) changeRoom(c *gin.Context) {
	name, err := h.readableRoom(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	var wanted struct {
		Title    *string `json:"title"`
		Topic    *string `json:"topic"`
		Archived *bool   `json:"archived"`

		Retention days `json:"retention_days"`
	}
	if err := readObject(c, &wanted); err != nil {
		h.fail(c, err)
		return
	}
	settings := room.Settings{Title: wanted.Title, Topic: wanted.Topic, Archived: wanted.Archived, Retention: wanted.Retention.wanted}
	now, err := h.Rooms.Change(c.Request.Context(), current(c).Session, name, settings)
	if err != nil {
		h.fail(c, err)
		return
	}
	if settings.Retention != nil {
		h.Retention.Changed()
	}
	answer := gin.H{
		"name": now.Room, "title": now.Title, "topic": now.Topic, "kind": now.Kind, "archived": now.Archived, "revision": now.Revision,
	}
	if now.RetentionDays != nil {
		answer["retention_days"] = *now.RetentionDays
	}
	c.JSON(http.StatusOK, answer)
}

// days is a retention in JSON: null is as the deployment says.
type days struct{ wanted *room.Retention }

// UnmarshalJSON implements [json.Unmarshaler]: it is called for null, too.
func (d *days) UnmarshalJSON(data []byte) error {
	d.wanted = &room.Retention{}
	return json.Unmarshal(data, &d.wanted.Days)
}

// roomName returns the room in the request's path. One that can't be is not
// asked for.
func roomName(c *gin.Context) (string, error) {
	name := c.Param("room")
	if !chat.ValidRoom(name) {
		return "", access.ErrNotFound
	}
	return name, nil
}

// readableRoom is [roomName] for what waits for the lock on the room's log: see
// [Handler.mayRead].
func (h *Handler) readableRoom(c *gin.Context) (string, error) {
	name, err := roomName(c)
	if err == nil {
		err = h.mayRead(c, name)
	}
	return name, err
}

// mayRead sends away who may not read a room, before they wait for the lock on
// its log. How long that takes would tell a stranger that there is a private
// room, and how busy it is. Who is let through is asked again under the lock.
// Errors: [access.ErrNotFound].
func (h *Handler) mayRead(c *gin.Context, room string) error {
	key := access.Key{Username: user(c), Room: room}
	if h.Grants.Recall(key) {
		return nil
	}
	_, err := h.Grants.Find(c.Request.Context(), key)
	return err
}
