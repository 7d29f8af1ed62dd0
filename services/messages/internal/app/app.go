// Package app puts the messages service together, runs it, and stops it.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"parley/core/access"
	"parley/core/backing"
	"parley/core/history"
	"parley/core/presence"
	"parley/core/replica"
	"parley/core/serve"
	"parley/core/session"
	"parley/core/trace"
	"parley/core/wire"
	"parley/messages/internal/account"
	"parley/messages/internal/audit"
	"parley/messages/internal/change"
	"parley/messages/internal/device"
	"parley/messages/internal/handler"
	"parley/messages/internal/invite"
	"parley/messages/internal/limit"
	"parley/messages/internal/membership"
	"parley/messages/internal/message"
	"parley/messages/internal/person"
	"parley/messages/internal/publish"
	"parley/messages/internal/reads"
	"parley/messages/internal/retention"
	"parley/messages/internal/room"
	"parley/messages/internal/search"
	"parley/messages/internal/signin"
	"parley/messages/internal/status"
	"parley/messages/web"
)

const (
	serviceName  = "messages"
	readPool     = 12               // connections for everything but commits
	readTimeout  = 10 * time.Second // for a request, its body included
	writeTimeout = 30 * time.Second // there are no streams here
	stopTimeout  = 10 * time.Second
	cleanEvery   = time.Hour
	typingEvery  = 2 * time.Second // a person and room
	presences    = 60              // changes of presence that a person's devices tell within a minute
)

// App is the service. Its parts end in the reverse order of their making.
type App struct {
	Handler http.Handler

	log       *slog.Logger
	registry  *prometheus.Registry
	tracer    *trace.Tracer // nil is off
	health    *serve.Health
	profiles  serve.Switch
	pool      *pgxpool.Pool
	replicas  *backing.Replicas // of Postgres
	commits   *backing.Tuned
	searches  *backing.Tuned
	redis     redis.UniversalClient
	publisher *publish.Publisher
	committer *change.Committer
	amender   *message.Amender
	sessions  *session.Store
	invites   *invite.Store
	stop      context.CancelFunc // ends what runs in the background
	running   sync.WaitGroup
}

// Run serves until ctx ends, then finishes what was begun and returns.
func Run(ctx context.Context, cfg Config, log *slog.Logger) error {
	a, err := New(cfg, log)
	if err != nil {
		return err
	}
	defer a.Close()
	defer holdBallast()()
	public, err := serve.Listen(ctx, net.ListenConfig{}, cfg.ListenAddr)
	if err != nil {
		return err
	}
	internal, err := serve.Listen(ctx, net.ListenConfig{}, cfg.MetricsAddr)
	if err != nil {
		return errors.Join(err, serve.Close(public))
	}
	return a.serve(ctx, public, internal)
}

// open opens what the service stands on.
func (a *App) open(ctx context.Context, cfg Config) (err error) {
	if a.tracer, err = trace.Open(cfg.Trace, serviceName, serve.Version(), a.log, a.registry); err != nil {
		return err
	}
	var options []backing.Option
	if a.tracer != nil {
		options = append(options, backing.Traced{Queries: a.tracer.Queries()})
	}
	if a.pool, a.replicas, err = backing.Open(ctx, cfg.DatabaseURL, cfg.ReadURLs, serviceName, readPool, a.log, options...); err != nil {
		return err
	}
	if a.commits, err = change.OpenPool(ctx, cfg.DatabaseURL, serviceName+" commit", options...); err != nil {
		return err
	}
	if a.searches, err = search.OpenPool(ctx, cfg.DatabaseURL, serviceName+" search", options...); err != nil {
		return err
	}
	if a.redis, err = backing.Redis(cfg.RedisURL, serviceName); err != nil {
		return err
	}
	return nil
}

// New opens what the service stands on, which needs not be there yet, and
// starts what runs in the background. The caller must Close it.
func New(cfg Config, log *slog.Logger) (_ *App, err error) {
	ctx, stop := context.WithCancel(context.Background())
	a := &App{log: log, registry: serve.NewRegistry(serviceName), profiles: cfg.Profiles, stop: stop}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	if err := a.open(ctx, cfg); err != nil {
		return nil, err
	}
	return a, a.assemble(ctx, cfg)
}

// assemble puts the parts together, and starts those that work in the
// background.
func (a *App) assemble(ctx context.Context, cfg Config) error {
	log, shared := a.log, limit.NewShared(a.redis, a.log)
	hosts, errHosts := serve.NewHosts(cfg.PublicURL, cfg.AllowedHosts)
	site, errSite := web.New()
	if err := errors.Join(errHosts, errSite); err != nil {
		return err
	}
	accounts, err := account.New(a.pool, cfg.SignUp, account.Limits{Login: cfg.RateLimitLogin, Register: cfg.RateLimitRegister}, shared)
	if err != nil {
		return err
	}
	a.health = serve.NewHealth(a.pool.Ping)
	a.sessions, a.invites = session.NewStore(a.pool), invite.NewStore(a.pool)
	a.publisher = publish.New(a.redis, log, a.registry)
	sessions := a.signIn(cfg)
	indexer := search.NewIndexer(a.pool, log, a.registry)
	tell := a.tell(indexer)
	a.committer = change.New(a.commits, tell, log, a.registry)
	changes := change.NewApplier(a.pool, tell)
	a.amender = message.NewAmender(a.pool, changes, cfg.VersionsKept > 0)
	grants, looks := membership.NewGrants(access.NewStore(a.pool)), reads.NewFinder(a.pool)
	searches := search.NewStore(a.searches, a.pool, a.replicas)
	keeper := retention.New(a.pool, changes, time.Duration(cfg.Retention), log, a.registry)
	a.measure(serve.PlacesMetrics{"hashing": accounts.Hashing, "search": searches.Searches})
	a.Handler = handler.New(handler.Parts{
		Limits:    limits(cfg, shared),
		Accounts:  accounts,
		Sessions:  sessions,
		Devices:   device.New(a.pool, cfg.TrustedProxies.HTTPS),
		Invites:   a.invites,
		People:    person.NewStore(a.pool, changes, a.publisher.Person, sessions.Tell),
		Audit:     audit.NewStore(a.pool),
		Status:    status.NewStore(a.pool, a.redis, log),
		Rooms:     room.NewStore(a.pool, changes),
		Members:   membership.NewStore(a.pool, changes),
		Grants:    grants,
		Notice:    a.publisher.Notice,
		History:   history.NewStore(a.pool).WithReplicas(a.replicas),
		Reads:     looks,
		Committer: a.committer,
		Amender:   a.amender,
		Search:    searches,
		Retention: keeper,
		Typing:    bool(cfg.Typing),
		Presence:  a.presence(cfg),
		Site:      site,
		Proxies:   cfg.TrustedProxies,
		Hosts:     hosts,
		PublicURL: strings.TrimRight(cfg.PublicURL, "/"),
		Health:    a.health,
		Log:       log,
		Metrics:   a.registry,
		Tracer:    a.tracer,
	})
	a.goAll(ctx, replica.NewBeat(a.redis, serviceName, serve.Version(), a.registry, figures, log).Run, a.replicas.Run, sessions.Seen.Run, sessions.Finder.Run, grants.Run, looks.Run,
		message.NewRerenderer(a.pool, log).Run, indexer.Run, keeper.Run, func(ctx context.Context) { a.removeExpired(ctx, time.Duration(cfg.VersionsKept)) })
	return nil
}

func limits(cfg Config, shared *limit.Shared) handler.Limits {
	return handler.Limits{
		MessageLimit:  limit.New("messages", cfg.RateLimitMessages, time.Minute, shared),
		ChangeLimit:   limit.New("changes", cfg.RateLimitChanges, time.Minute, shared),
		RoomLimit:     limit.New("rooms", cfg.RateLimitRooms, time.Hour, shared),
		SearchLimit:   limit.New("search", cfg.RateLimitSearch, time.Minute, shared),
		ProfileLimit:  limit.New("profile", cfg.RateLimitProfile, time.Hour, shared),
		TypingLimit:   limit.New("typing", 1, typingEvery, shared),
		PresenceLimit: limit.New("presence", presences, time.Minute, shared),
	}
}

// presence returns who is here; nil if that is off.
func (a *App) presence(cfg Config) *presence.Store {
	if !cfg.Presence {
		return nil
	}
	return presence.NewStore(a.redis)
}

// goAll starts what works in the background until ctx ends.
func (a *App) goAll(ctx context.Context, all ...func(context.Context)) {
	for _, run := range all {
		a.running.Go(func() { run(ctx) })
	}
}

// measure registers the metrics of what may be full.
func (a *App) measure(places serve.PlacesMetrics) {
	a.registry.MustRegister(places, serve.RedisMetrics(a.redis), serve.PostgresMetrics("main", a.pool),
		serve.PostgresMetrics("commit", a.commits.Pool), serve.PostgresMetrics("search", a.searches.Pool),
		serve.ReplicaMetrics(a.replicas))
}

// tell returns what hears of every change that was stored.
func (a *App) tell(indexer *search.Indexer) change.Publish {
	return func(span *trace.Span, topic wire.Topic, event wire.Event) {
		a.publisher.Event(span, topic, event)
		indexer.Changed()
	}
}

// signIn returns what signs people in and out.
func (a *App) signIn(cfg Config) *signin.Store {
	return &signin.Store{
		Sessions: a.sessions,
		Finder:   session.NewFinder(a.sessions),
		Seen:     signin.NewSeen(a.sessions, a.log),
		Recent:   signin.NewRecent(),
		Ended:    a.publisher.SessionsEnded,
		HTTPS:    cfg.TrustedProxies.HTTPS,
		TTL:      cfg.SessionTTL,
		Most:     cfg.SessionsPerAccount,
	}
}

// Close ends the service's parts: the committer stores what it has, the
// publisher publishes it.
func (a *App) Close() {
	if a.committer != nil {
		a.committer.Close()
	}
	if a.amender != nil {
		a.amender.Close()
	}
	if a.publisher != nil {
		a.publisher.Close()
	}
	a.stop()
	a.running.Wait()
	if a.redis != nil {
		if err := a.redis.Close(); err != nil {
			a.log.Warn("close Redis", "error", err)
		}
	}
	a.commits.Close()
	a.searches.Close()
	a.replicas.Close()
	if a.pool != nil {
		a.pool.Close()
	}
	a.tracer.Close()
}

// serve answers on all addresses until ctx ends or one of them fails.
func (a *App) serve(ctx context.Context, public, internal []net.Listener) error {
	servers := []*http.Server{serve.NewServer(a.Handler), serve.NewServer(serve.Internal(a.registry, a.health, a.profiles))}
	servers[0].ReadTimeout, servers[0].WriteTimeout = readTimeout, writeTimeout
	failed := make(chan error, len(public)+len(internal))
	for i, listeners := range [][]net.Listener{public, internal} {
		for _, l := range listeners {
			a.running.Go(func() { failed <- servers[i].Serve(l) })
			a.log.Info("listening", "addr", l.Addr().String())
		}
	}

	var err error
	select {
	case <-ctx.Done():
		a.log.Info("stopping: finishing what was begun")
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	}
	a.health.Drain()
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	for _, server := range servers {
		if stopErr := server.Shutdown(stopCtx); stopErr != nil {
			err = errors.Join(err, fmt.Errorf("stop serving: %w", stopErr), server.Close())
		}
	}
	return err
}

// removeExpired keeps the tables small; what has expired is not honoured anyway.
func (a *App) removeExpired(ctx context.Context, versionsKept time.Duration) {
	tick := time.NewTicker(cleanEvery)
	defer tick.Stop()
	for {
		removed, err := a.sessions.EndExpired(ctx)
		err = errors.Join(err, a.invites.RemoveExpired(ctx), a.amender.RemoveVersions(ctx, versionsKept))
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			a.log.Warn("remove what has expired", "error", err)
		case removed > 0:
			a.log.Info("removed expired sessions", "sessions", removed)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
