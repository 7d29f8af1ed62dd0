package sse

import (
	"strings"
	"testing"
	"time"

	"parley/core/chat"
)

func spoken() chat.Message {
	return chat.Message{
		ID: 12345, Revision: 12345, Room: "general", Username: "ada", ClientID: "0a1b2c3d-0001",
		Body: strings.Repeat("word ", 30), CreatedAt: time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC),
	}
}

func TestFrameIsMadeWithoutGarbage(t *testing.T) {
	m := spoken()
	b := make([]byte, 0, 1<<10)
	for _, tagged := range []Tagged{false, true} {
		if n := testing.AllocsPerRun(100, func() { b = AppendEvent(b[:0], "general", &m, tagged) }); n != 0 {
			t.Errorf("tagged %t: %v allocations a frame", tagged, n)
		}
	}
}

func BenchmarkAppendEvent(b *testing.B) {
	m := spoken()
	buf := make([]byte, 0, 1<<10)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendEvent(buf[:0], "general", &m, false)
	}
	b.SetBytes(int64(len(buf)))
}
