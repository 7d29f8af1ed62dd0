package hub

import (
	"bytes"
	"testing"
	"time"

	"parley/core/chat"
	"parley/core/sse"
	"parley/core/wire"
)

func message(at chat.Position) *chat.Message {
	return &chat.Message{ID: at, Revision: at, Room: "general", Username: "ada", Body: "x"}
}

func opened(at chat.Position) *Log {
	l := &Log{Topic: "general", hub: &Hub{}}
	l.keep(false)
	l.load(nil, at, at)
	return l
}

func TestLogPutsPublishesInOrder(t *testing.T) {
	t.Parallel()
	l := opened(0)
	for _, step := range []struct {
		at         chat.Position
		grown, gap bool
		head       chat.Position
	}{
		{2, false, true, 0},
		{4, false, true, 0},
		{2, false, true, 0}, // repeated early
		{1, true, true, 2},  // brings 2 along
		{1, false, false, 2},
		{3, true, false, 4},
		{4, false, false, 4},
		{4 + maxWaiting + 1, false, true, 4}, // not kept
		{5, true, false, 5},
	} {
		became := l.offer(message(step.at))
		if became.grown != step.grown || became.gap != step.gap || l.Head() != step.head {
			t.Errorf("offer %d: grown %t, gap %t, head %d; want %+v", step.at, became.grown, became.gap, l.Head(), step)
		}
	}
}

func TestLogKeepsWhatComesBeforeItIsLoaded(t *testing.T) {
	t.Parallel()
	l := &Log{Topic: "general", hub: &Hub{}}
	for _, at := range []chat.Position{3, 1, 4} {
		if became := l.offer(message(at)); became != (offered{}) {
			t.Errorf("offer %d: %+v", at, became)
		}
	}
	l.load([]wire.Event{message(1), message(2)}, 0, 2)
	if l.Head() != 4 || l.gap() {
		t.Errorf("head %d, gap %t", l.Head(), l.gap())
	}
}

func TestLogFillsAGapFromPostgres(t *testing.T) {
	t.Parallel()
	l := opened(2)
	l.offer(message(6))
	// While the page was read, 3 arrived; 4 was superseded by a later edit.
	l.offer(message(3))
	if !l.extend([]wire.Event{message(3), message(5)}, 5) {
		t.Error("the log has not grown")
	}
	if l.Head() != 6 {
		t.Errorf("head %d", l.Head())
	}
	var want []byte
	for _, at := range []chat.Position{3, 5, 6} {
		m := message(at)
		want = sse.AppendEvent(want, "general", m, false)
	}
	if got, upto, ok := l.After(2, false); !ok || upto != 6 || !bytes.Equal(got, want) {
		t.Errorf("got %s up to %d", got, upto)
	}
	if l.extend([]wire.Event{message(5)}, 5) {
		t.Error("an old page made the log grow")
	}
}

func TestLogKeepsTheFormsThatAreRead(t *testing.T) {
	t.Parallel()
	l := opened(0)
	l.offer(message(1))
	l.keep(true)
	l.keep(false)
	l.offer(message(2))
	for _, tagged := range []sse.Tagged{false, true} {
		m := message(2)
		got, upto, ok := l.After(1, tagged)
		if want := sse.AppendEvent(nil, "general", m, tagged); !ok || upto != 2 || !bytes.Equal(got, want) {
			t.Errorf("tagged %t: got %q up to %d", tagged, got, upto)
		}
	}
	if l.Tail(false) != 0 || l.Tail(true) != 1 {
		t.Errorf("tails %d, %d", l.Tail(false), l.Tail(true))
	}
}

func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	l := opened(0)
	for at := chat.Position(2); at < 3*maxWaiting; at++ {
		l.offer(message(at))
	}
	if n := len(l.rare.waiting); n > maxWaiting {
		t.Errorf("%d messages wait", n)
	}
	l = opened(0)
	m := message(1)
	m.Body = string(bytes.Repeat([]byte("x"), chat.MaxBody))
	for m.Revision = 1; m.Revision < 3000; m.Revision++ {
		l.offer(m)
	}
	if l.rings[0].bytes > ringLimit {
		t.Errorf("the ring holds %d bytes", l.rings[0].bytes)
	}
}

func TestLogKnowsWhenItsOldestNewMessageWasStored(t *testing.T) {
	t.Parallel()
	at := func(position, second chat.Position) *chat.Message {
		m := message(position)
		m.CreatedAt = time.Unix(second, 0)
		return m
	}
	l := &Log{Topic: "general", hub: &Hub{}}
	l.keep(false)
	l.load([]wire.Event{at(1, 100)}, 0, 1)
	if got := l.takeStored(); got != 0 {
		t.Errorf("what was there before: %d", got)
	}
	edited := at(1, 100)
	edited.Revision = 3
	l.offer(at(2, 300))
	l.offer(edited)
	l.extend([]wire.Event{at(4, 200), at(5, 400)}, 5)
	l.offer(message(6)) // of no time
	if got := l.takeStored(); got != time.Unix(200, 0).UnixNano() {
		t.Errorf("got %d, want the oldest's", got)
	}
	if got := l.takeStored(); got != 0 {
		t.Errorf("told twice: %d", got)
	}
}

func TestReadingALogMakesNoGarbage(t *testing.T) {
	l := opened(0)
	for at := chat.Position(1); at <= 100; at++ {
		l.offer(message(at))
	}
	if n := testing.AllocsPerRun(100, func() { l.After(90, false); l.Head(); l.Tail(false) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkLogOffer(b *testing.B) {
	l := opened(0)
	m := message(1)
	m.Body = string(bytes.Repeat([]byte("x"), 150))
	b.ReportAllocs()
	for m.Revision = 1; b.Loop(); m.Revision++ {
		l.offer(m)
	}
}

func BenchmarkLogAfter(b *testing.B) {
	l := opened(0)
	for at := chat.Position(1); at <= 100; at++ {
		l.offer(message(at))
	}
	b.ReportAllocs()
	for b.Loop() {
		l.After(90, false)
	}
}

// deaf is a listener that only counts.
type deaf struct{ grown int }

func (d *deaf) Grown(*Log, int64)        { d.grown++ }
func (d *deaf) Changed(*Log, wire.Event) {}
func (d *deaf) Notice(*Log, Notice)      {}

// BenchmarkHubRing takes a publish from Redis to the listeners.
func BenchmarkHubRing(b *testing.B) {
	listener := &deaf{}
	l := opened(0)
	h := &Hub{logs: map[wire.Topic]*Log{l.Topic: l}, listeners: []Listener{listener}}
	l.hub = h
	m := message(1)
	m.Body = string(bytes.Repeat([]byte("x"), 150))
	var payload []byte
	b.ReportAllocs()
	for m.Revision = 1; b.Loop(); m.Revision++ {
		payload = m.AppendJSON(payload[:0])
		h.Ring(l.Topic, payload)
	}
	if listener.grown != b.N {
		b.Errorf("grown %d times, want %d", listener.grown, b.N)
	}
}
