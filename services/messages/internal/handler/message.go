package handler

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/history"
	"parley/core/session"
	"parley/messages/internal/change"
	"parley/messages/internal/reads"
	"parley/messages/web"
)

// history answers with a stretch of a room's messages.
func (h *Handler) history(c *gin.Context) {
	name, err := roomName(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	cut, err := readCut(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	limit, err := readLimit(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	page, err := h.stretch(c, name, cut, limit)
	if err != nil {
		h.fail(c, err)
		return
	}
	h.answerStretch(c, appendPage(nil, page))
}

// stretch reads a stretch of a room's history. Where it is known which head the
// room had when the request came, a replica can answer.
func (h *Handler) stretch(c *gin.Context, room string, cut history.Cut, limit int) (history.Stretch, error) {
	if found, ok := c.Value(now).(reads.Now); ok {
		return h.History.StretchFrom(c.Request.Context(), user(c), room, cut, limit, found.Room)
	}
	return h.History.Stretch(c.Request.Context(), user(c), room, cut, limit)
}

// appendPage appends {"messages":[…],"head":N,"more":bool}.
func appendPage(b []byte, page history.Stretch) []byte {
	b = appendMessages(append(b, `{"messages":`...), page.Messages)
	b = append(b, `,"head":`...)
	b = strconv.AppendInt(b, page.Head, 10)
	b = append(b, `,"more":`...)
	b = strconv.AppendBool(b, page.More)
	return append(b, '}')
}

// readBefore returns 0 if the request doesn't say before what.
func readBefore(c *gin.Context) (chat.Position, error) {
	value, given := c.GetQuery("before")
	if !given {
		return 0, nil
	}
	before, err := strconv.ParseInt(value, 10, 64)
	if err != nil || before < 1 {
		return 0, errBeforeInvalid
	}
	return before, nil
}

// readCut returns which stretch of history the request asks for.
func readCut(c *gin.Context) (cut history.Cut, err error) {
	given := 0
	for _, place := range []struct {
		name  string
		least chat.Position
		at    *chat.Position
		err   error
	}{
		{"before", 1, &cut.Before, errBeforeInvalid},
		{"after", 0, &cut.After, errAfterInvalid},
		{"around", 1, &cut.Around, errAroundInvalid},
	} {
		value, ok := c.GetQuery(place.name)
		if !ok {
			continue
		}
		given++
		if *place.at, err = strconv.ParseInt(value, 10, 64); err != nil || *place.at < place.least {
			return cut, place.err
		}
		cut.Oldest = place.name == "after" && *place.at == 0
	}
	if value, ok := c.GetQuery("since"); ok {
		given++
		if cut.Since, err = readTime(value); err != nil {
			return cut, err
		}
	}
	if given > 1 {
		return cut, errTwoPlaces
	}
	return cut, nil
}

// readTime reads a time, or the beginning of a day in UTC.
func readTime(value string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(layout, value); err == nil && at.Year() > 0 {
			return at, nil
		}
	}
	return time.Time{}, errSinceInvalid
}

// readLimit clamps limit to [history.MaxStretch].
func readLimit(c *gin.Context) (int, error) {
	value, given := c.GetQuery("limit")
	if !given {
		return history.DefaultStretch, nil
	}
	limit, err := strconv.Atoi(value)
	if limit < 1 || err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, errLimitInvalid
	}
	return min(limit, history.MaxStretch), nil
}

// draft is a message as it is posted.
type draft struct {
	Body     string         `json:"body"`
	ClientID *string        `json:"client_id"`
	ReplyTo  *chat.Position `json:"reply_to"`
	Thread   *chat.Position `json:"thread"`
	form     bool
}

func readDraft(c *gin.Context) (draft, error) {
	in, err := readInput(c.Request)
	if err != nil {
		return draft{}, err
	}
	if !in.isForm() {
		var d draft
		err = in.decode(&d)
		return d, err
	}
	d := draft{Body: in.text("body"), form: true}
	if id := in.form.Get("client_id"); id != "" { // a field that no script has filled in is none
		d.ClientID = &id
	}
	return d, nil
}

// post stores a message. The committer finds out whether the author's session
// has ended. Who sends what can't be stored is asked for at once: that a request
// is not signed in is told before all else that is wrong with it.
func (h *Handler) post(c *gin.Context) {
	d, err := readDraft(c)
	var p change.Post
	if err == nil {
		p, err = newPost(c, d)
	}
	if err == nil {
		h.recalled(c)
	} else {
		h.identified(c)
	}
	if c.IsAborted() {
		return
	}
	var receipt change.Receipt
	if err == nil {
		receipt, err = h.store(c, p)
	}
	switch {
	case err != nil && d.form && wantsPage(c.Request):
		h.returnDraft(c, d, err)
	case err != nil:
		h.fail(c, err)
	case d.form:
		c.Redirect(http.StatusSeeOther, "/chat/"+c.Param("room"))
	case receipt.Repeated:
		answerReceipt(c, http.StatusOK, receipt)
	default:
		answerReceipt(c, http.StatusCreated, receipt)
	}
}

// answerReceipt answers {"id":N}.
func answerReceipt(c *gin.Context, status int, receipt change.Receipt) {
	b := append(make([]byte, 0, 32), `{"id":`...)
	b = strconv.AppendInt(b, receipt.ID, 10)
	c.Data(status, "application/json; charset=utf-8", append(b, '}'))
}

// newPost returns what is to be stored, but for who wrote it.
func newPost(c *gin.Context, d draft) (p change.Post, err error) {
	if p.Body, err = chat.CleanBody(d.Body); err != nil {
		return change.Post{}, err
	}
	if d.ClientID != nil {
		if err := chat.CheckClientID(*d.ClientID); err != nil {
			return change.Post{}, err
		}
		p.ClientID = *d.ClientID
	}
	if d.ReplyTo != nil {
		if p.ReplyTo = *d.ReplyTo; p.ReplyTo < 1 {
			return change.Post{}, errReplyInvalid
		}
	}
	if d.Thread != nil {
		if p.Thread = *d.Thread; p.Thread < 1 {
			return change.Post{}, errThreadInvalid
		}
	}
	p.Room, err = roomName(c)
	return p, err
}

func (h *Handler) store(c *gin.Context, p change.Post) (change.Receipt, error) {
	author := current(c)
	p.Username, p.Session = author.Username, author.Key
	if err := h.MessageLimit.Take(c.Request.Context(), p.Username); err != nil {
		return change.Receipt{}, err
	}
	if err := h.compose(c.Request.Context(), &p); err != nil {
		return change.Receipt{}, err
	}
	return h.say(c, author.Session, p)
}

// say has a post stored. An open room is joined first. That the author was in
// the room a short while ago is taken for granted: the committer refuses who is
// not any more.
func (h *Handler) say(c *gin.Context, author session.Session, p change.Post) (change.Receipt, error) {
	key := access.Key{Username: p.Username, Room: p.Room}
	if h.Grants.Recall(key) {
		receipt, err := h.Committer.Post(c.Request.Context(), p)
		if !isGone(err) {
			return receipt, err
		}
		h.Grants.Forget(key)
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), requestTimeout)
	defer cancel()
	if err := h.enter(ctx, author, p.Room); err != nil {
		return change.Receipt{}, err
	}
	return h.Committer.Post(ctx, p)
}

// returnDraft shows the room again, with what was written and why it was not
// stored.
func (h *Handler) returnDraft(c *gin.Context, d draft, err error) {
	defer setDeadline(c)()
	p := h.note(c, err)
	name, err := roomName(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	h.renderRoom(c, p.status, name, 0, web.Room{Error: p.message, Draft: d.Body})
}
