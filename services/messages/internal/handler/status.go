package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/core/replica"
	"parley/messages/internal/status"
	"parley/messages/web"
)

// partTold is a part of the deployment as programs read of it.
type partTold struct {
	Up      bool    `json:"up"`
	Seconds float64 `json:"seconds"` // that it took to answer
	Version string  `json:"version"`
	Bytes   int64   `json:"bytes"`
}

// showStatus tells how the whole deployment does.
func (h *Handler) showStatus(c *gin.Context) {
	c.Header("Vary", "Accept")
	now := h.Status.Read(c.Request.Context())
	if wantsPage(c.Request) {
		h.statusPage(c, now)
		return
	}
	if now.Replicas == nil {
		now.Replicas = []replica.Seen{} // not null
	}
	c.JSON(http.StatusOK, gin.H{
		"people": now.Counts.People, "rooms": now.Counts.Rooms, "messages": now.Counts.Messages, "messages_estimated": now.Counts.Estimated,
		"postgres": tellPart(now.Postgres), "redis": tellPart(now.Redis), "replicas": now.Replicas,
	})
}

func tellPart(p status.Part) partTold {
	return partTold{Up: p.Up, Seconds: p.Took.Seconds(), Version: p.Version, Bytes: p.Bytes}
}

func (h *Handler) statusPage(c *gin.Context, now status.Status) {
	frame, err := h.frame(c, "")
	if err != nil {
		h.fail(c, err)
		return
	}
	page := web.Status{Frame: frame, Figures: together(now), Parts: parts(now), Versions: len(now.Versions())}
	for _, r := range now.Replicas {
		page.Replicas = append(page.Replicas, web.Replica{
			Service: r.Service, ID: r.ID, Version: r.Version, Started: r.Started, Seen: r.At, Gone: r.Gone, Figures: figuresOf(r.Figures),
		})
	}
	h.render(c, http.StatusOK, "status.html", page)
}

// together are the figures of the whole.
func together(now status.Status) []web.Figure {
	messages := web.Count(now.Counts.Messages)
	if now.Counts.Estimated {
		messages = "≈ " + messages
	}
	sum := func(name string) string {
		if n, ok := now.Sum(name); ok {
			return web.Rate(n)
		}
		return web.Unknown
	}
	streams, delivery := web.Unknown, web.Unknown
	if n, ok := now.Sum("streams"); ok {
		streams = web.Count(int64(n))
	}
	if n, ok := now.Worst("delivery_p99_seconds"); ok {
		delivery = web.Span(n)
	}
	return []web.Figure{
		{Label: "Open streams", Value: streams},
		{Label: "Deliveries", Value: sum("deliveries_per_second")},
		{Label: "Delivery, p99", Value: delivery},
		{Label: "Requests", Value: sum("requests_per_second")},
		{Label: "Failed requests", Value: sum("errors_per_second")},
		{Label: "Changes", Value: sum("changes_per_second")},
		{Label: "People", Value: web.Count(now.Counts.People)},
		{Label: "Rooms", Value: web.Count(now.Counts.Rooms)},
		{Label: "Messages", Value: messages},
	}
}

// parts are what has to be up.
func parts(now status.Status) []web.Part {
	return []web.Part{
		basis("Postgres", now.Postgres, "Nothing can be read or written."),
		basis("Redis", now.Redis, "Messages arrive up to 2 seconds late, and limits are counted by each replica alone."),
		served(now, "messages", "This page was still answered: it is too new to be told of, or Redis is away."),
		served(now, "stream", "Nothing arrives live, or Redis is away."),
	}
}

func basis(name string, p status.Part, without string) web.Part {
	if !p.Up {
		return web.Part{Name: name, Note: without}
	}
	note := "Answered in " + web.Span(p.Took.Seconds())
	if p.Version != "" {
		note += " · version " + p.Version
	}
	if p.Bytes > 0 {
		note += " · " + web.Size(float64(p.Bytes))
	}
	return web.Part{Name: name, Up: true, Note: note}
}

func served(now status.Status, name, without string) web.Part {
	living := now.Living(name)
	if len(living) == 0 {
		return web.Part{Name: name, Note: without}
	}
	oldest := living[0].Started
	deaf := 0
	for _, r := range living {
		if r.Started.Before(oldest) {
			oldest = r.Started
		}
		if up, told := r.Figures["redis_up"]; told && up == 0 {
			deaf++
		}
	}
	note := web.Count(int64(len(living))) + " running · the oldest for " + web.Age(time.Since(oldest))
	if deaf > 0 {
		note += " · " + web.Count(int64(deaf)) + " without a subscription to Redis"
	}
	return web.Part{Name: name, Up: true, Note: note}
}

// shown are the figures of a replica that the page has, in this order.
var shown = []struct {
	name, label string
	write       func(float64) string
}{
	{"streams", "Streams", whole},
	{"logs", "Logs held", whole},
	{"deliveries_per_second", "Deliveries", web.Rate},
	{"bytes_per_second", "Bytes out", func(n float64) string { return web.Size(n) + "/s" }},
	{"delivery_p50_seconds", "Delivery, p50", web.Span},
	{"delivery_p99_seconds", "Delivery, p99", web.Span},
	{"repairs_per_second", "Repairs", web.Rate},
	{"requests_per_second", "Requests", web.Rate},
	{"errors_per_second", "Failed", web.Rate},
	{"request_p99_seconds", "Request, p99", web.Span},
	{"changes_per_second", "Changes", web.Rate},
	{"commit_p99_seconds", "Commit, p99", web.Span},
	{"commit_queue", "To commit", whole},
	{"publish_queue", "To publish", whole},
	{"waiting", "Waiting", whole},
	{replica.Processors, "Processors", func(n float64) string { return web.Count(int64(n*100)) + " %" }},
	{replica.Memory, "Memory", web.Size},
}

func whole(n float64) string { return web.Count(int64(n)) }

func figuresOf(told map[string]float64) (all []web.Figure) {
	for _, f := range shown {
		if value, ok := told[f.name]; ok {
			all = append(all, web.Figure{Label: f.label, Value: f.write(value)})
		}
	}
	return all
}
