package handler

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/gin-gonic/gin"

	"parley/messages/internal/account"
	"parley/messages/web"
)

// credentials are what signing in and signing up send.
type credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
	next     string // of a form: where to go on
	form     bool
}

func readCredentials(c *gin.Context) (credentials, error) {
	in, err := readInput(c.Request)
	if err != nil {
		return credentials{}, err
	}
	var got credentials
	if in.isForm() {
		got = credentials{in.form.Get("username"), in.form.Get("password"), in.form.Get("next"), true}
		if got.next == "" {
			got.next = c.Query("next")
		}
		return got, nil
	}
	err = in.decode(&got)
	return got, err
}

// signInPage answers with the form to sign in or up, and sends on who is
// signed in already.
func (h *Handler) signInPage(mode string) gin.HandlerFunc {
	return func(c *gin.Context) {
		who, err := h.identify(c)
		if err != nil {
			h.fail(c, err)
			return
		}
		next := c.Query("next")
		if who.SignedIn() {
			c.Redirect(http.StatusSeeOther, localPath(next))
			return
		}
		h.render(c, http.StatusOK, "login.html", web.Login{Mode: mode, Next: localNext(next)})
	}
}

func (h *Handler) register(c *gin.Context) {
	h.signIn(c, web.ModeRegister, http.StatusCreated, h.Accounts.Register)
}

func (h *Handler) login(c *gin.Context) {
	h.signIn(c, web.ModeLogin, http.StatusOK, h.Accounts.Authenticate)
}

// signIn starts a session for the account that check returns.
func (h *Handler) signIn(c *gin.Context, mode string, status int,
	check func(ctx context.Context, username, password string, from netip.Addr) (account.Proof, error),
) {
	got, err := readCredentials(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	proof, err := check(c.Request.Context(), got.Username, got.Password, h.Proxies.Client(c.Request))
	if err == nil {
		err = h.Sessions.SignIn(c, proof.Username, proof.Admit)
	}
	switch {
	case err != nil && got.form && wantsPage(c.Request):
		p := h.note(c, err)
		h.render(c, p.status, "login.html", web.Login{
			Mode: mode, Username: got.Username, Next: localNext(got.next), Error: p.message,
		})
	case err != nil:
		h.fail(c, err)
	case got.form:
		c.Redirect(http.StatusSeeOther, localPath(got.next))
	default:
		c.JSON(status, gin.H{"username": proof.Username})
	}
}

// logout is done, and says so, too where nobody was signed in.
func (h *Handler) logout(c *gin.Context) {
	if err := h.Sessions.SignOut(c); err != nil {
		h.fail(c, err)
		return
	}
	if c.ContentType() == "application/x-www-form-urlencoded" || wantsPage(c.Request) {
		c.Redirect(http.StatusSeeOther, "/login")
		return
	}
	c.Status(http.StatusNoContent)
}

// localNext is localPath that keeps "none" as "".
func localNext(next string) string {
	if next == "" {
		return ""
	}
	return localPath(next)
}
