package history

import (
	"fmt"
	"runtime"
	"testing"

	"parley/core/wire"
)

// Thousands of heads are compared every second, also while nothing happens. The
// garbage of that is little more than the question as it is sent.
func TestMovedMakesLittleGarbage(t *testing.T) {
	s := start(t)
	var topics []wire.Topic
	for i := range 5000 {
		topics = append(topics, wire.PersonTopic(fmt.Sprintf("person-%05d", i)))
	}
	const rounds = 10
	var known Known
	var before, after runtime.MemStats
	for round := range 1 + rounds {
		if round == 1 { // the first was to get warm
			runtime.ReadMemStats(&before)
		}
		for _, topic := range topics {
			known.Add(topic, 0)
		}
		if moved, err := s.Moved(t.Context(), &known); err != nil || len(moved) != 0 {
			t.Fatalf("%v moved, %v", moved, err)
		}
		known.Clear()
	}
	runtime.ReadMemStats(&after)
	sent := len(topics) * len(`"person-00000",0,`)
	if each := int(after.TotalAlloc-before.TotalAlloc) / rounds; each > 2*sent {
		t.Errorf("%d bytes of garbage for a question of %d", each, sent)
	} else {
		t.Logf("%d bytes of garbage for a question of %d", each, sent)
	}
}
