package handler

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5"

	"parley/messages/internal/account"
	"parley/messages/internal/signin"
)

// changePassword ends all sessions of the user, and gives the client a new one.
func (h *Handler) changePassword(c *gin.Context) {
	in, err := readInput(c.Request)
	if err != nil {
		h.fail(c, err)
		return
	}
	var asked struct {
		Current  string `json:"current"`
		Password string `json:"password"`
	}
	if in.isForm() {
		asked.Current, asked.Password = in.form.Get("current"), in.form.Get("password")
	} else if err := in.decode(&asked); err != nil {
		h.fail(c, err)
		return
	}
	card, err := h.Devices.Read(c.Request)
	if err == nil {
		err = h.renew(c, account.Change{Attempt: h.attempt(c, card, user(c), asked.Current), Next: asked.Password})
	}
	switch {
	case err != nil && in.isForm() && wantsPage(c.Request):
		h.passwordFailed(c, err)
	case err != nil:
		h.fail(c, err)
	case in.isForm():
		c.Redirect(http.StatusSeeOther, "/account?"+changedMark+"#password-heading")
	default:
		c.Status(http.StatusNoContent)
	}
}

func (h *Handler) renew(c *gin.Context, change account.Change) error {
	var renewal signin.Renewal
	err := h.Accounts.ChangePassword(c.Request.Context(), change, func(ctx context.Context, tx pgx.Tx) (err error) {
		renewal, err = h.Sessions.Renew(ctx, tx, c.Request, change.Username)
		return err
	})
	if err == nil {
		h.Sessions.Issue(c.Writer, c.Request, renewal)
	}
	return err
}
