package handler

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newMetrics(registry prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_requests_total", Help: "Requests answered.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "parley_request_seconds", Help: "Time from the request's head to the end of the answer.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}, []string{"method", "route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "parley_requests_in_flight", Help: "Requests that are being answered.",
		}),
	}
	registry.MustRegister(m.requests, m.seconds, m.inFlight)
	return m
}

// observe counts the request, and logs it: at debug, or with its error where
// the fault is ours.
func (h *Handler) observe(c *gin.Context) {
	began := time.Now()
	h.metrics.inFlight.Inc()
	defer h.metrics.inFlight.Dec() // also when net/http is to cut the connection
	c.Next()
	took := time.Since(began)

	method, route, status := knownMethod(c.Request.Method), routeOf(c), c.Writer.Status()
	h.metrics.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	h.metrics.seconds.WithLabelValues(method, route).Observe(took.Seconds())

	ctx, level := c.Request.Context(), slog.LevelDebug
	if status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	if !h.Log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", c.Request.Method), slog.String("path", c.Request.URL.Path),
		slog.Int("status", status), slog.Duration("took", took),
	}
	if err := c.Errors.Last(); err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	h.Log.LogAttrs(ctx, level, "request", attrs...)
}

// traced makes a span of the request. It says the route, and not the address,
// which may name a private room.
func (h *Handler) traced(c *gin.Context) {
	r, end := h.Tracer.Serve(c.Request, knownMethod(c.Request.Method), routeOf(c))
	defer func() { end(c.Writer.Status()) }()
	c.Request = r
	c.Next()
}

func routeOf(c *gin.Context) string {
	if route := c.FullPath(); route != "" {
		return route
	}
	return "none"
}

// knownMethod keeps the metrics' labels few.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

var errPanic = errors.New("panic")

// recovered turns a panic into a 500, and logs where it was.
func (h *Handler) recovered(c *gin.Context) {
	defer func() {
		reason := recover()
		if reason == nil {
			return
		}
		if reason == http.ErrAbortHandler { //nolint:errorlint // a sentinel that net/http compares so too
			panic(reason)
		}
		h.Log.ErrorContext(c.Request.Context(), "panic", "reason", reason, "stack", string(debug.Stack()))
		if !c.Writer.Written() {
			h.fail(c, fmt.Errorf("%w: %v", errPanic, reason))
		}
	}()
	c.Next()
}
