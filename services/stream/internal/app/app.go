// Package app wires the stream service together and runs it.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"parley/core/access"
	"parley/core/backing"
	"parley/core/history"
	"parley/core/replica"
	"parley/core/serve"
	"parley/core/session"
	"parley/core/trace"
	"parley/stream/internal/api"
	"parley/stream/internal/attendance"
	"parley/stream/internal/doorbell"
	"parley/stream/internal/fanout"
	"parley/stream/internal/guard"
	"parley/stream/internal/hub"
	"parley/stream/internal/roster"
)

// shutdownTime bounds the drain's rest: handshakes under way, and stragglers.
const shutdownTime = 3 * time.Second

// readTimeout bounds a request, its body included, which nobody reads here. A
// stream is no longer net/http's.
const readTimeout = 10 * time.Second

// Run serves until ctx ends, then drains.
func Run(ctx context.Context, cfg Config) error {
	log, err := serve.NewLogger(os.Stderr, "stream", cfg.LogFormat, cfg.LogLevel)
	if err != nil {
		return err
	}
	collectEarly()
	a, err := newApp(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer a.close()
	public, err := serve.Listen(ctx, fanout.ListenConfig(), cfg.ListenAddr)
	if err != nil {
		return err
	}
	internal, err := serve.Listen(ctx, net.ListenConfig{}, cfg.MetricsAddr)
	if err != nil {
		return errors.Join(err, serve.Close(public))
	}
	return a.run(ctx, public, internal)
}

type app struct {
	cfg      Config
	log      *slog.Logger
	pool     *pgxpool.Pool
	replicas *backing.Replicas // of Postgres
	redis    redis.UniversalClient
	bell     *doorbell.Doorbell
	hub      *hub.Hub
	roster   *roster.Roster
	guard    *guard.Guard
	engine   *fanout.Engine
	beat     *replica.Beat
	present  *attendance.Attendance // nil is off
	tracer   *trace.Tracer          // nil is off
	health   *serve.Health
	registry *prometheus.Registry
	public   *http.Server
	gate     *gate // of public
	internal *http.Server
}

func newApp(ctx context.Context, cfg Config, log *slog.Logger) (*app, error) {
	a := &app{cfg: cfg, log: log}
	var err error
	if a.pool, a.replicas, err = backing.Open(ctx, cfg.DatabaseURL, cfg.ReadURLs, "stream", cfg.DatabaseConns, log); err != nil {
		return nil, err
	}
	if a.redis, err = backing.Redis(cfg.RedisURL, "stream"); err != nil {
		a.replicas.Close()
		a.pool.Close()
		return nil, err
	}
	a.registry = serve.NewRegistry("stream")
	if a.tracer, err = trace.Open(cfg.Trace, "stream", serve.Version(), log, a.registry); err != nil {
		a.close()
		return nil, err
	}
	a.beat = replica.NewBeat(a.redis, "stream", serve.Version(), a.registry, figures, log)
	if err := a.wire(a.registry); err != nil {
		a.close()
		return nil, err
	}
	a.internal = serve.NewServer(serve.Internal(a.registry, a.health, cfg.Profiles))
	return a, nil
}

func (a *app) wire(registry *prometheus.Registry) (err error) {
	a.engine, err = fanout.New(fanout.Config{
		Loops: runtime.GOMAXPROCS(0), Heartbeat: a.cfg.Heartbeat, MaxAge: a.cfg.MaxAge,
	}, a.log, fanout.NewMetrics(registry))
	if err != nil {
		return err
	}
	hosts, err := serve.NewHosts(a.cfg.PublicURL, a.cfg.AllowedHosts)
	if err != nil {
		return err
	}
	store := history.NewStore(a.pool).WithReplicas(a.replicas)
	a.bell = doorbell.New(a.redis, a.log, doorbell.NewMetrics(registry))
	a.hub = hub.New(store, a.bell, a.log, hub.NewMetrics(registry), a.cfg.LogMemory, a.engine)
	if a.tracer != nil {
		a.hub.Trace(a.tracer, a.engine.Traced)
	}
	a.roster = roster.New(access.NewStore(a.pool), a.hub, a.engine, a.log)
	caps := &guard.Caps{PerUser: a.cfg.PerUser, PerAddress: a.cfg.PerAddress}
	if a.cfg.Presence {
		a.present = attendance.New(a.pool, a.redis, a.beat.ID(), a.log)
	}
	a.guard = guard.New(session.NewStore(a.pool), caps, a.log, a.engine.SessionsEnded, a.present)
	a.health = serve.NewHealth(a.pool.Ping)
	streams := &api.API{
		Guard: a.guard, Hub: a.hub, Roster: a.roster, Replayer: hub.NewReplayer(store), Engine: a.engine,
		Log: a.log, Metrics: api.NewMetrics(registry), ReplayLimit: a.cfg.ReplayLimit,
		Proxies: a.cfg.TrustedProxies, Hosts: hosts,
	}
	a.public = serve.NewServer(streams.Handler(a.health))
	a.public.ReadTimeout = readTimeout
	a.gate = newGate(handshakes)
	registry.MustRegister(serve.PostgresMetrics("main", a.pool), serve.ReplicaMetrics(a.replicas), serve.RedisMetrics(a.redis),
		serve.PlacesMetrics{"handshakes": a.gate.places, "replays": streams.Replays})
	a.public.ConnState = a.gate.watch
	return nil
}

func (a *app) close() {
	a.replicas.Close()
	a.pool.Close()
	if err := a.redis.Close(); err != nil {
		a.log.Debug("close redis", "error", err)
	}
	a.tracer.Close()
}

// run starts everything, waits for ctx or a failed listener, and stops
// everything in reverse order. It closes the listeners.
func (a *app) run(ctx context.Context, public, internal []net.Listener) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	a.engine.Start(fanout.Owners{
		Logs: a.hub.Release, Session: a.guard.Leave, Retain: a.hub.Retain, Sync: a.roster.Sync, SyncAgain: a.roster.SyncAgain,
	})
	running.Go(func() { a.settle(background) })
	running.Go(func() { a.guard.Run(background) })
	running.Go(func() { a.hub.Run(background) })
	running.Go(func() { a.roster.Run(background) })
	running.Go(func() { a.replicas.Run(background) })
	running.Go(func() { a.beat.Run(background) })
	running.Go(func() { a.present.Run(background) })
	running.Go(func() {
		a.bell.Run(background, doorbell.Handlers{Message: a.hub.Ring, Ended: a.guard.Noticed, Renewed: a.hub.Renewed})
	})
	failed := make(chan error, len(public)+len(internal))
	for i, l := range public {
		public[i] = a.gate.before(l)
	}
	a.serve(a.public, public, failed)
	a.serve(a.internal, internal, failed)

	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	err = errors.Join(err, a.drain(context.WithoutCancel(ctx)))
	stop()
	running.Wait()
	a.hub.Close()
	return errors.Join(err, a.internal.Close())
}

func (a *app) serve(server *http.Server, listeners []net.Listener, failed chan<- error) {
	for _, l := range listeners {
		a.log.Info("listening", "addr", l.Addr())
		go func() {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serve: %w", err)
			}
		}()
	}
}

// drain stops listening, so that the gateway sends nobody here any more, and
// ends the streams spread over the drain time, so that they don't all arrive
// at the other replicas at once.
func (a *app) drain(ctx context.Context) error {
	a.log.Info("draining", "for", a.cfg.DrainTime)
	a.health.Drain()
	ctx, cancel := context.WithTimeout(ctx, a.cfg.DrainTime+shutdownTime)
	defer cancel()
	var listening sync.WaitGroup
	var shutdownErr error
	listening.Go(func() { // waits for handshakes; streams are hijacked
		if shutdownErr = a.public.Shutdown(ctx); shutdownErr != nil {
			shutdownErr = errors.Join(shutdownErr, a.public.Close())
		}
	})
	a.engine.Drain(ctx, a.cfg.DrainTime)
	listening.Wait()
	return errors.Join(shutdownErr, a.engine.Stop())
}
