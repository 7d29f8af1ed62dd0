package handler

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"parley/messages/internal/person"
	"parley/messages/web"
)

func (h *Handler) showMe(c *gin.Context) {
	me, err := h.People.Profile(c.Request.Context(), user(c))
	if err != nil {
		h.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{
		"username": me.Username, "display_name": me.DisplayName, "role": me.Role, "created_at": stamp(me.CreatedAt),
		"avatar": me.Avatar, "status_text": me.StatusText, "status_emoji": me.StatusEmoji, "status_until": stampOrNull(me.StatusUntil),
		"time_zone": me.TimeZone, "language": me.Language, "theme": me.Theme,
	})
}

func stampOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}

// myChange is what PATCH /me takes: whatever is absent stays as it is. A status
// ends at status_until, or after status_for seconds; null and 0 are never.
type myChange struct {
	DisplayName *string             `json:"display_name"`
	StatusText  *string             `json:"status_text"`
	StatusEmoji *string             `json:"status_emoji"`
	StatusUntil optional[time.Time] `json:"status_until"`
	StatusFor   *int64              `json:"status_for"`
	TimeZone    *string             `json:"time_zone"`
	Language    *string             `json:"language"`
	Theme       *string             `json:"theme"`
}

// changeMe answers with the profile as it is then.
func (h *Handler) changeMe(c *gin.Context) {
	in, err := readInput(c.Request)
	if err != nil {
		h.fail(c, err)
		return
	}
	var wanted myChange
	if in.isForm() {
		wanted = myChangeOf(in.form)
	} else if err := in.decode(&wanted); err != nil {
		h.fail(c, err)
		return
	}
	patch, err := wanted.patch(time.Now())
	if err == nil && patch != (person.Patch{}) {
		if err = h.ProfileLimit.Take(c.Request.Context(), user(c)); err == nil {
			err = h.People.Change(c.Request.Context(), current(c).Session, patch)
		}
	}
	switch {
	case in.isForm() && (err == nil || wantsPage(c.Request)):
		h.changedMe(c, in.form, err)
	case err != nil:
		h.fail(c, err)
	default:
		h.showMe(c)
	}
}

// maxSeconds is longer than any status lasts, and can be added to a time.
const maxSeconds = 1 << 32

func (m *myChange) patch(now time.Time) (person.Patch, error) {
	patch := person.Patch{
		DisplayName: m.DisplayName, StatusText: m.StatusText, StatusEmoji: m.StatusEmoji,
		TimeZone: m.TimeZone, Language: m.Language, Theme: m.Theme,
	}
	switch {
	case m.StatusFor != nil && (*m.StatusFor < 0 || *m.StatusFor > maxSeconds):
		return patch, person.ErrStatusUntilInvalid
	case m.StatusFor != nil && *m.StatusFor > 0:
		until := now.Add(time.Duration(*m.StatusFor) * time.Second)
		patch.StatusUntil = &until
	case m.StatusFor != nil:
		patch.StatusUntil = &time.Time{}
	case m.StatusUntil.given:
		patch.StatusUntil = &m.StatusUntil.value
	}
	return patch, nil
}

// myChangeOf reads what a form sends.
func myChangeOf(form url.Values) myChange {
	wanted := myChange{
		DisplayName: given(form, "display_name"), StatusText: given(form, "status_text"), StatusEmoji: given(form, "status_emoji"),
		TimeZone: given(form, "time_zone"), Language: given(form, "language"), Theme: given(form, "theme"),
	}
	if form.Has("clear_status") {
		none := ""
		wanted.StatusText, wanted.StatusEmoji = &none, &none
		return wanted
	}
	if text := form.Get("status_for"); text != "" && text != keepUntil {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			seconds = -1 // no status lasts so long
		}
		wanted.StatusFor = &seconds
	}
	return wanted
}

// keepUntil is what a form sends for a status that is to end when it does.
const keepUntil = "keep"

// given returns a field of a form as one line; nil if it has none of that name.
func given(form url.Values, name string) *string {
	if !form.Has(name) {
		return nil
	}
	line := oneLine(form.Get(name))
	return &line
}

// places lead to what was saved, if it is further down on the page.
var places = map[string]string{"status": "#status", "looks": "#looks", "picture": "#picture"}

// changedMe answers a form of the account's page.
func (h *Handler) changedMe(c *gin.Context, form url.Values, err error) {
	saved := "name"
	switch {
	case form.Has("status_text"), form.Has("clear_status"):
		saved = "status"
	case form.Has("theme"):
		saved = "looks"
	}
	if err == nil {
		done(c, "/account?"+savedMark+"="+saved+places[saved])
		return
	}
	if status, failure, told := h.failed(c, err); told {
		if failure.Field == "" {
			failure.Field = saved
		}
		h.accountPage(c, status, web.Account{Failure: failure, Typed: form})
	}
}

// typedOf is a profile as the forms of the account's page have it.
func typedOf(p web.Person) url.Values {
	return url.Values{
		"display_name": {p.DisplayName}, "status_text": {p.StatusText}, "status_emoji": {p.StatusEmoji},
		"time_zone": {p.TimeZone}, "language": {p.Language}, "theme": {p.Theme},
	}
}

// optional is a field of JSON that may be absent, and may be null, which is not
// the same.
type optional[T any] struct {
	value T
	given bool
}

var errNoTime = errors.New("not a time")

// UnmarshalJSON implements [json.Unmarshaler].
func (o *optional[T]) UnmarshalJSON(b []byte) error {
	o.given = true
	if string(b) == "null" {
		return nil
	}
	if err := json.Unmarshal(b, &o.value); err != nil {
		return errors.Join(errNoTime, err)
	}
	return nil
}
