package handler

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/messages/web"
)

// savedMark in a page's address says what was just saved.
const savedMark = "saved"

// fields are the form fields that problems are about, by their codes.
var fields = map[string]string{
	"room_name_invalid":    "name",
	"room_exists":          "name",
	"title_too_long":       "title",
	"topic_too_long":       "topic",
	"display_name_invalid": "name",
	"status_invalid":       "status",
	"status_emoji_invalid": "emoji",
	"status_until_invalid": "until",
	"time_zone_invalid":    "zone",
	"language_invalid":     "language",
	"theme_invalid":        "theme",
	"picture_invalid":      "picture",
	"picture_too_large":    "picture",
	"picture_missing":      "picture",
	"username_invalid":     "username",
	"username_taken":       "username",
	"password_too_short":   "password",
	"password_too_long":    "password",
	"password_common":      "password",
	"role_invalid":         "role",
	"last_owner":           "role",
	"retention_invalid":    "retention",
}

// failed reports whether err is to be told in the form that it came from, and
// how. Else the request is answered: what a form can't mend is a page of its own,
// and programs get JSON.
func (h *Handler) failed(c *gin.Context, err error) (status int, failure web.Failure, told bool) {
	p := problemOf(err)
	if !wantsPage(c.Request) || p.status == http.StatusUnauthorized || p.code == "room_not_found" && c.Param("room") != "" || p.status == http.StatusInternalServerError {
		h.fail(c, err)
		return 0, web.Failure{}, false
	}
	p = h.note(c, err)
	return p.status, web.Failure{Field: fields[p.code], Message: p.message}, true
}

// form reads what a page's form sends. It answers, and returns nil, if that is
// none.
func (h *Handler) form(c *gin.Context) *input {
	in, err := readInput(c.Request)
	if err == nil && !in.isForm() {
		err = errMediaType
	}
	if err != nil {
		h.fail(c, err)
		return nil
	}
	return in
}

// done answers a form: the page at path shows what has come of it.
func done(c *gin.Context, path string) { c.Redirect(http.StatusSeeOther, path) }
