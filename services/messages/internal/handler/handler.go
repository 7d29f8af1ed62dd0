// Package handler answers the HTTP requests of the messages service: pages,
// accounts, rooms, history and writes.
//
//	request ─▶ id ─▶ observe ─▶ recover ─▶ headers ─▶ host, origin ─▶ deadline ─▶ identity? ─▶ handler
//	                                                                                    │ error
//	answer  ◀── problem.go: the one place that turns errors into answers ◀──────────────┘
package handler

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"parley/core/history"
	"parley/core/presence"
	"parley/core/serve"
	"parley/core/trace"
	"parley/core/wire"
	"parley/messages/internal/account"
	"parley/messages/internal/audit"
	"parley/messages/internal/change"
	"parley/messages/internal/device"
	"parley/messages/internal/invite"
	"parley/messages/internal/limit"
	"parley/messages/internal/membership"
	"parley/messages/internal/message"
	"parley/messages/internal/person"
	"parley/messages/internal/reads"
	"parley/messages/internal/retention"
	"parley/messages/internal/room"
	"parley/messages/internal/search"
	"parley/messages/internal/signin"
	"parley/messages/internal/status"
	"parley/messages/web"
)

// requestTimeout bounds requests. Nothing here takes long but waiting.
const requestTimeout = 10 * time.Second

// Limits bound what one user does.
type Limits struct {
	MessageLimit  *limit.Limiter // per user
	ChangeLimit   *limit.Limiter // per user
	RoomLimit     *limit.Limiter // per user
	SearchLimit   *limit.Limiter // per user
	ProfileLimit  *limit.Limiter // per user
	TypingLimit   *limit.Limiter // per user and room
	PresenceLimit *limit.Limiter // per user
}

// Parts are what the handlers work with.
type Parts struct {
	Limits

	Accounts  *account.Accounts
	Sessions  *signin.Store
	Devices   *device.Devices
	Invites   *invite.Store
	People    *person.Store
	Audit     *audit.Store
	Status    *status.Store
	Rooms     *room.Store
	Members   *membership.Store
	Grants    *membership.Grants
	History   *history.Store
	Committer *change.Committer
	Amender   *message.Amender
	Search    *search.Store
	Retention *retention.Keeper
	Notice    func(wire.Topic, wire.Notice) // publishes
	Typing    bool                          // whether it is told who writes
	Presence  *presence.Store               // nil is off
	Site      *web.Site
	Proxies   serve.Proxies
	Hosts     serve.Hosts
	PublicURL string // without a slash at the end; "" if it is not known
	Reads     *reads.Finder
	Health    *serve.Health
	Log       *slog.Logger
	Metrics   prometheus.Registerer
	Tracer    *trace.Tracer // nil is off
}

// Handler holds the parts that the requests of the service need.
type Handler struct {
	Parts
	origin  *http.CrossOriginProtection
	metrics *metrics
	kept    kept
}

func init() { gin.SetMode(gin.ReleaseMode) } // gin's debug mode prints the routes

// New returns the handler of the whole service.
func New(parts Parts) http.Handler {
	h := &Handler{Parts: parts, origin: http.NewCrossOriginProtection(), metrics: newMetrics(parts.Metrics), kept: newKept()}
	return serve.WithRequestID(h.routes())
}

func (h *Handler) routes() *gin.Engine {
	e := gin.New()
	e.RedirectTrailingSlash = false
	e.HandleMethodNotAllowed = true
	e.Use(h.observe)
	if h.Tracer != nil {
		e.Use(h.traced)
	}
	e.Use(h.recovered, h.secure, h.knownHost, h.sameOrigin)
	e.POST("/chat/:room/messages", h.post) // mostly the committer bounds its time: a timer less
	e.GET("/chat/:room", h.keptRoom, withDeadline, h.Sessions.Middleware(), h.identified, h.showRoom)
	e.GET("/chat/:room/messages", h.keptStretch, withDeadline, h.Sessions.Middleware(), h.identified, h.history)
	e.Use(withDeadline, h.Sessions.Middleware())
	e.NoRoute(func(c *gin.Context) { h.fail(c, errNotFound) })

	read := []string{http.MethodGet, http.MethodHead}
	e.Match(read, alive, gin.WrapF(h.Health.Live))
	h.assetRoutes(e, read)

	e.Match(read, "/", func(c *gin.Context) { c.Redirect(http.StatusSeeOther, "/chat") })
	h.accountRoutes(e, read)

	own := e.Group("", h.identified, h.bounded)
	own.Match(read, "/sessions", h.listSessions)
	own.DELETE("/sessions/:id", h.deleteSession)
	own.POST("/sessions/:id/end", h.endListed)
	own.POST("/password", h.changePassword)
	h.peopleRoutes(own, read)
	h.adminRoutes(own, read)
	h.pageRoutes(own, read)

	own.POST("/direct", h.openDirect)
	own.Match(read, "/mentions", h.listMentions)
	own.Match(read, "/search", h.search)
	h.roomRoutes(read, e.Group("/chat", h.identified, h.bounded))
	e.NoMethod(h.refuseMethod(e.Routes()))
	return e
}

func withDeadline(c *gin.Context) {
	defer setDeadline(c)()
	c.Next()
}

// setDeadline bounds what is left of a request.
func setDeadline(c *gin.Context) context.CancelFunc {
	ctx, cancel := context.WithTimeout(c.Request.Context(), requestTimeout)
	c.Request = c.Request.WithContext(ctx)
	return cancel
}
