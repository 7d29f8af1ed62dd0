package load

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// Two who are never live at the same time have both been live.
func TestOfACrowdEachHasBeenLive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one, two := crowdMember("one"), crowdMember("two")
		r := &Run{staying: []*listener{one, two}}
		turns, stop := context.WithCancel(t.Context())
		defer stop()
		go func() {
			for i := 0; turns.Err() == nil; i++ {
				one.setReady(i%2 == 0)
				two.setReady(i%2 == 1)
				time.Sleep(50 * time.Millisecond)
				one.setReady(false)
				two.setReady(false)
			}
		}()
		within := func(wait func(context.Context) error) error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			return wait(ctx)
		}
		if err := within(r.AwaitEach); err != nil {
			t.Error(err)
		}
		if err := within(r.AwaitStreams); err == nil {
			t.Error("both were live at once")
		}
		stop()
		synctest.Wait()
		r.staying = append(r.staying, crowdMember("three"))
		if err := within(r.AwaitEach); err == nil {
			t.Error("three has been live")
		}
	})
}

func crowdMember(name string) *listener {
	l := &listener{name: name, rooms: []string{"general"}}
	l.begin()
	return l
}

func (l *listener) setReady(ready bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready["general"] = ready
}
