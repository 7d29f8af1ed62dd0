package handler

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/core/access"
	"parley/core/chat"
	"parley/messages/internal/reads"
	"parley/messages/web"
)

const (
	keptPages   = 64 << 20 // bytes
	keptLogs    = 16 << 20
	keptAround  = 16 << 20
	keptHistory = 32 << 20
	// keptFor is how long a page may show names, and how many are in a room, as
	// they were: no position tells of these.
	keptFor = 30 * time.Second
)

// kept are the answers that are kept.
type kept struct {
	pages   *reads.Kept[pageKey, reads.Now]
	logs    *reads.Kept[string, logState]          // of rooms' pages, for who has read it all
	around  *reads.Kept[web.Around, struct{}]      // of rooms' pages: they hold for good
	history *reads.Kept[stretchKey, chat.Position] // which hold for a room's head
}

// pageKey is whose page of which room it is.
type pageKey struct{ username, room string }

// logState is what a page's log holds for.
type logState struct {
	at   chat.Position // the room's head
	more bool          // there are older messages
}

// stretchKey is a stretch of a room's history, as the request asks for it.
type stretchKey struct{ room, query string }

// maxKeptQuery is how long the query of a stretch is that is kept: keys take memory
// that nobody counts. What a page asks for is shorter.
const maxKeptQuery = 128

func newKept() kept {
	return kept{
		pages:   reads.NewKept[pageKey, reads.Now](keptPages, keptFor),
		logs:    reads.NewKept[string, logState](keptLogs, keptFor),
		around:  reads.NewKept[web.Around, struct{}](keptAround, time.Hour),
		history: reads.NewKept[stretchKey, chat.Position](keptHistory, keptFor),
	}
}

// now is where a request carries what held when it came.
const now = "parley.now"

// glance finds what holds for the request's session and room, if whose session
// it is was looked up a short while ago; with mine, also for all rooms of the
// person's. It leaves all else to the handlers behind it, what is wrong with the
// request, too.
func (h *Handler) glance(c *gin.Context, mine bool) (reads.Now, bool) {
	who := h.Sessions.Recall(c.Request)
	room := strings.Clone(c.Param("room")) // some remember it, and should not remember the line of the request with it
	if !who.SignedIn() || !chat.ValidRoom(room) {
		return reads.Now{}, false
	}
	found, ok, err := h.Reads.Find(c.Request.Context(), reads.Key{Session: who.Key, Username: who.Username, Room: room, Mine: mine})
	if err != nil || !ok {
		return reads.Now{}, false
	}
	if found.Member && !found.Archived {
		h.Grants.Note(access.Key{Username: who.Username, Room: room})
	}
	c.Set(now, found)
	return found, true
}

// keptRoom answers with the page of a room that the user is in, if one is kept
// that still holds.
func (h *Handler) keptRoom(c *gin.Context) {
	if found, ok := h.glance(c, true); ok && found.Member {
		h.answerKept(c, typeHTML, h.kept.pages.Get(pageKey{h.Sessions.Recall(c.Request).Username, c.Param("room")}, found))
	}
}

// answerRoom answers with the page of a room, and keeps it.
func (h *Handler) answerRoom(c *gin.Context, answer *reads.Answer) {
	if found, ok := c.Value(now).(reads.Now); ok && found.Member {
		h.kept.pages.Put(pageKey{user(c), strings.Clone(c.Param("room"))}, found, answer)
	}
	h.answerKept(c, typeHTML, answer)
}

// keptStretch answers with a stretch of history, if it is kept and still holds.
func (h *Handler) keptStretch(c *gin.Context) {
	if found, ok := h.glance(c, false); ok {
		h.answerKept(c, typeJSON+"; charset=utf-8", h.kept.history.Get(stretchKey{c.Param("room"), c.Request.URL.RawQuery}, found.Room))
	}
}

// answerStretch answers with a stretch of history, and keeps it.
func (h *Handler) answerStretch(c *gin.Context, body []byte) {
	answer := reads.Join(reads.NewPart(body))
	if found, ok := c.Value(now).(reads.Now); ok && len(c.Request.URL.RawQuery) <= maxKeptQuery {
		h.kept.history.Put(stretchKey{c.Param("room"), c.Request.URL.RawQuery}, found.Room, answer)
	}
	h.answerKept(c, typeJSON+"; charset=utf-8", answer)
}

const typeHTML = "text/html; charset=utf-8"

// answerKept answers and ends the request, unless answer is nil. A client that
// has the answer already is told so (RFC 9110 section 13.1.2).
func (h *Handler) answerKept(c *gin.Context, contentType string, answer *reads.Answer) {
	if answer == nil {
		return
	}
	c.Abort()
	header := c.Writer.Header()
	header["Vary"] = varyKept
	packed := acceptsGzip(c.Request)
	tag := `"` + answer.ETag + `"`
	if packed {
		tag = `"` + answer.ETag + `-gzip"`
	}
	header["Etag"] = []string{tag}
	if sameTag(c.Request.Header.Get("If-None-Match"), tag) {
		c.Status(http.StatusNotModified)
		return
	}
	if packed {
		header["Content-Encoding"] = encodingGzip
	}
	header["Content-Type"] = []string{contentType}
	header["Content-Length"] = []string{strconv.Itoa(answer.Len(packed))} // else it goes out in chunks
	c.Status(http.StatusOK)
	if err := answer.Write(c.Writer, packed); err != nil {
		_ = c.Error(err) // for the log
	}
}

var (
	varyKept     = []string{"Accept, Accept-Encoding, Cookie"}
	encodingGzip = []string{"gzip"}
)

// sameTag reports whether one of the tags in an If-None-Match header is tag.
// The comparison is weak: a proxy that compresses makes them so.
func sameTag(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(one), "W/") == tag {
			return true
		}
	}
	return false
}
