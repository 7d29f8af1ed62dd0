package handler

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/messages/internal/account"
	"parley/messages/internal/device"
	"parley/messages/web"
)

// accountRoutes are those of who somebody is, for anybody.
func (h *Handler) accountRoutes(e *gin.Engine, read []string) {
	h.doorRoutes(e, read)
	e.POST("/register", h.register)
	e.POST("/login", h.login)
	e.POST("/logout", h.logout)
}

// credentials are what signing in and signing up send.
type credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Invite   string `json:"invite"`
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
		got = credentials{in.form.Get("username"), in.form.Get("password"), in.form.Get("invite"), in.form.Get("next"), true}
		if got.next == "" {
			got.next = c.Query("next")
		}
		return got, nil
	}
	err = in.decode(&got)
	return got, err
}

func (h *Handler) register(c *gin.Context) {
	got, err := readCredentials(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	card, err := h.Devices.Read(c.Request)
	var proof account.Proof
	if err == nil {
		proof, err = h.Accounts.Register(c.Request.Context(), account.Registration{
			Username: got.Username, Password: got.Password, Invite: got.Invite, From: h.Proxies.Client(c.Request),
		})
	}
	if err == nil {
		err = h.startSession(c, proof, card)
	}
	switch {
	case err != nil && got.form && wantsPage(c.Request):
		h.signUpFailed(c, got, err)
		return
	case err == nil && got.form && proof.Role == chat.Owner && got.next == "":
		done(c, welcomePath)
		return
	case err != nil || got.form:
		h.answerSignIn(c, got, err)
		return
	}
	c.JSON(http.StatusCreated, gin.H{"username": proof.Username, "role": proof.Role})
}

func (h *Handler) login(c *gin.Context) {
	got, err := readCredentials(c)
	if err != nil {
		h.fail(c, err)
		return
	}
	card, err := h.Devices.Read(c.Request)
	var proof account.Proof
	if err == nil {
		proof, err = h.Accounts.Authenticate(c.Request.Context(), h.attempt(c, card, got.Username, got.Password))
	}
	if err == nil {
		err = h.startSession(c, proof, card)
	}
	if err != nil || got.form {
		h.answerSignIn(c, got, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"username": proof.Username})
}

func (h *Handler) attempt(c *gin.Context, card device.Card, username, password string) account.Attempt {
	folded, _ := chat.FoldUsername(username)
	return account.Attempt{
		Username: username, Password: password, From: h.Proxies.Client(c.Request), Device: card.ID(folded),
	}
}

// startSession signs in who has given proof, and knows the browser from now on.
func (h *Handler) startSession(c *gin.Context, proof account.Proof, card device.Card) error {
	if err := h.Sessions.SignIn(c, proof.Username, proof.Admit); err != nil {
		return err
	}
	h.Devices.Remember(c.Writer, c.Request, card, proof.Username)
	return nil
}

// answerSignIn answers a form, and whoever failed.
func (h *Handler) answerSignIn(c *gin.Context, got credentials, err error) {
	switch {
	case err != nil && got.form && wantsPage(c.Request):
		p := h.note(c, err)
		h.render(c, p.status, "login.html", web.Login{Mode: web.ModeLogin, Username: got.Username, Next: localNext(got.next), Error: p.message})
	case err != nil:
		h.fail(c, err)
	default:
		c.Redirect(http.StatusSeeOther, localPath(got.next))
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
