package hub

import (
	"bytes"
	"testing"
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

func raised(at, floor chat.Position) *wire.Room {
	return &wire.Room{Revision: at, Room: "general", Kind: chat.Open, Floor: floor}
}

// What has expired stays for readers who are about to get there, and then goes;
// what comes behind stays.
func TestLogForgetsWhatHasExpired(t *testing.T) {
	t.Parallel()
	l := opened(0)
	for at := chat.Position(1); at <= 5; at++ {
		l.offer(message(at))
	}
	l.offer(raised(6, 3))
	l.offer(message(7))
	l.offer(&wire.Room{Revision: 8, Room: "general", Kind: chat.Open, Title: "Other", Floor: 3})
	now := time.Now()
	l.trim(now)
	if got, _, ok := l.After(0, false); !ok || !bytes.Contains(got, []byte("id: 1\n")) {
		t.Errorf("at once: %q, %t", got, ok)
	}
	l.trim(now.Add(ringAge + time.Second))
	if tail := l.Tail(false); tail != 5 {
		t.Errorf("later it holds what comes after %d", tail)
	}
	if _, _, ok := l.After(4, false); ok {
		t.Error("a reader from before is served")
	}
	if got, upto, ok := l.After(5, false); !ok || upto != 8 || !bytes.Contains(got, []byte(`"floor":3`)) || !bytes.Contains(got, []byte("id: 7\n")) {
		t.Errorf("%q up to %d, %t", got, upto, ok)
	}
}

// A floor that has not risen cuts nothing; nor does one in a log without frames.
func TestAFloorThatStaysCutsNothing(t *testing.T) {
	t.Parallel()
	l := opened(10)
	l.offer(raised(11, 3))
	for at := chat.Position(12); at <= 14; at++ {
		l.offer(message(at))
	}
	now := time.Now()
	l.trim(now.Add(ringAge + time.Second))
	if tail := l.Tail(false); tail != 10 {
		t.Errorf("it holds what comes after %d", tail)
	}
	l.offer(raised(15, 3)) // renamed
	l.trim(now.Add(2*ringAge + time.Minute))
	if tail := l.Tail(false); tail != 10 {
		t.Errorf("after a change of the room it holds what comes after %d", tail)
	}
}

// A floor that was forged, or that a database had before it was restored, is
// forgotten with the frames: the true one, which is lower, cuts as any other.
func TestAFloorThatWasNotTrueIsForgotten(t *testing.T) {
	t.Parallel()
	l := opened(0)
	l.offer(message(1))
	l.offer(message(2))
	l.offer(raised(3, 2))
	l.rewind(2)
	for at := chat.Position(3); at <= 5; at++ {
		l.offer(message(at))
	}
	l.offer(raised(6, 1))
	l.trim(time.Now().Add(ringAge + time.Second))
	if tail := l.Tail(false); tail != 5 {
		t.Errorf("it still holds what comes after %d", tail)
	}
}
