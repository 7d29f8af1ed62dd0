package hub

import (
	"parley/core/chat"
	"parley/core/trace"
	"parley/core/wire"
)

// tracing follows messages whose publishers have their traces recorded.
type tracing struct {
	tracer *trace.Tracer
	to     Follower
}

// Follower is told of an event before the log has it. It ends the span when the
// event has been delivered here. It must not block.
type Follower func(log *Log, at chat.Position, delivery *trace.Span)

// Trace has events followed, by tracer and then by to. It is called before the
// first Ring.
func (h *Hub) Trace(tracer *trace.Tracer, to Follower) { h.tracing = &tracing{tracer, to} }

// receive begins the span of a payload, if its publisher has one.
func (t *tracing) receive(payload []byte) *trace.Span {
	traceparent := wire.Traceparent(payload)
	if traceparent == "" {
		return nil
	}
	return t.tracer.Receive(traceparent)
}

// follow hands on that an event is about to be delivered, unless the log has it
// already.
func (t *tracing) follow(l *Log, e wire.Event, received *trace.Span) {
	received.Int("parley.position", e.At())
	if e.At() > l.Head() {
		t.to(l, e.At(), received.Child("deliver"))
	}
}
