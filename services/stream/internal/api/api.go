// Package api answers the stream service's requests: it decides who may listen
// and from where, writes the head of the event stream and its replay, and hands
// the socket to the fan-out.
//
//	request ─▶ session ─▶ rooms ─▶ logs ─▶ cursors ─▶ hijack ─▶ replay ─▶ fanout.Add
//	            401, 429   404              reset                (Postgres, if a log is too short)
//
// A browser's EventSource gives up for good on an error status. So where the
// fault is ours and will pass, the answer is 200, a time to retry, and the end.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
	"parley/core/serve"
	"parley/core/session"
	"parley/stream/internal/fanout"
	"parley/stream/internal/guard"
	"parley/stream/internal/hub"
	"parley/stream/internal/roster"
)

const (
	handshakeTimeout = 10 * time.Second // until the replay begins
	maxHandshakes    = 8192             // under way at once; more are told to retry
)

// API serves the streams.
type API struct {
	Guard       *guard.Guard
	Hub         *hub.Hub
	Roster      *roster.Roster
	Replayer    *hub.Replayer
	Engine      *fanout.Engine
	Log         *slog.Logger
	Metrics     *Metrics
	Proxies     serve.Proxies // whose word on a client's address is believed
	Hosts       serve.Hosts   // by which a request may call us
	ReplayLimit chat.Position

	admission chan struct{}
	replays   chan struct{}
	waiting   chan struct{} // for one of replays
}

// Handler returns the service's routes.
func (a *API) Handler(health *serve.Health) http.Handler {
	a.admission = make(chan struct{}, maxHandshakes)
	a.replays = make(chan struct{}, maxReplays)
	a.waiting = make(chan struct{}, maxWaiting)
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.NoRoute(func(c *gin.Context) { fail(c, errNotFound) })
	r.NoMethod(func(c *gin.Context) { fail(c, errMethod) })
	r.GET("/healthz", gin.WrapF(health.Live)) // by address: a probe asks it
	r.Use(a.knownHost)
	r.GET("/chat/stream", a.handshake(a.everything))
	r.GET("/chat/:room/stream", a.handshake(a.oneRoom))
	return serve.WithRequestID(r)
}

// knownHost refuses requests that name a host that this deployment isn't.
func (a *API) knownHost(c *gin.Context) {
	if !a.Hosts.Allow(c.Request.Host) {
		c.Abort()
		fail(c, errHost)
	}
}

// handshake opens a stream of what read says the request wants.
func (a *API) handshake(read func(*gin.Context) (asked, error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		began := time.Now()
		select {
		case a.admission <- struct{}{}:
			defer func() { <-a.admission }()
		default:
			a.Metrics.observe(began, errBusy)
			fail(c, errBusy)
			return
		}
		err := a.open(c, read)
		a.Metrics.observe(began, err)
		if err == nil {
			return
		}
		if !known(err) {
			a.Log.WarnContext(c.Request.Context(), "stream not opened", "error", err)
		}
		if !c.Writer.Written() {
			fail(c, err)
		}
	}
}

// open runs the handshake. What it acquires it gives back, unless the fan-out
// has taken over.
func (a *API) open(c *gin.Context, read func(*gin.Context) (asked, error)) error {
	key, ok := session.FromRequest(c.Request)
	if !ok {
		return errNotSignedIn
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), handshakeTimeout)
	defer cancel()
	seat, err := a.Guard.Admit(ctx, key, a.Proxies.Client(c.Request))
	if err != nil {
		return err
	}
	s := fanout.Stream{Session: seat}
	if err := a.prepare(ctx, c, read, &s); err != nil {
		a.giveBack(s)
		return err
	}
	return a.Engine.Add(s)
}

func (a *API) giveBack(s fanout.Stream) {
	for _, r := range s.Rooms {
		a.Hub.Release(r.Log)
	}
	a.Guard.Leave(s.Session)
}
