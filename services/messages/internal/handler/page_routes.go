package handler

import (
	"github.com/gin-gonic/gin"

	"parley/core/chat"
)

// doorRoutes are the pages for who is not signed in.
func (h *Handler) doorRoutes(e *gin.Engine, read []string) {
	e.Match(read, "/login", h.loginPage)
	e.Match(read, "/register", h.registerPage)
	e.Match(read, "/join", h.findJoin)
	e.Match(read, "/join/:code", h.joinPage)
}

// pageRoutes are the pages, and the forms of pages, that no program asks for:
// browsers' forms can neither PUT nor DELETE.
func (h *Handler) pageRoutes(own *gin.RouterGroup, read []string) {
	own.Match(read, "/account", h.showAccount)
	own.Match(read, "/welcome", h.atLeast(chat.Admin), h.welcome)
	own.Match(read, "/direct/new", h.newDirect)
	own.Match(read, "/chat/:room/settings", h.showSettings)
	own.POST("/chat/:room/settings", h.saveSettings)
	own.POST("/chat/:room/notify", h.saveNotify)
	own.POST("/chat/:room/members/add", h.addMemberForm)
	own.POST("/chat/:room/members/remove", h.removeMemberForm)
}
