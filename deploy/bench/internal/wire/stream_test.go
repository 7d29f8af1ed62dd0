package wire

import (
	"fmt"
	"strings"
	"testing"
)

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

func stamp(at, n int64) string {
	b := make([]byte, StampLen)
	PutStamp(b, at, n)
	return string(b)
}

// frameOf returns a message that was made at its position, or with "9<4" at 4.
func frameOf(id string, n int64) string {
	id, made, changed := strings.Cut(id, "<")
	if !changed {
		made = id[strings.LastIndexByte(id, ':')+1:]
	}
	return fmt.Sprintf("event: room.general\nid: %s\ndata: {\"id\":%s,\"body\":\"%s and more ~ of it\"}\n\n", id, made, stamp(1000, n))
}

// feed hands text to a stream in pieces of the size given.
func feed(t *testing.T, text string, size int) (*Stream, *Tally) {
	t.Helper()
	tally := &Tally{}
	s := &Stream{Tally: tally}
	for len(text) > 0 {
		n := min(size, len(text))
		if err := s.Feed([]byte(text[:n]), 3000); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
	return s, tally
}

func TestStreamCountsHoweverItIsCut(t *testing.T) {
	t.Parallel()
	text := head + "retry: 2000\n\n" +
		"event: ready\nid: 4\ndata: {\"room\":\"general\",\"id\":4}\n\n" +
		frameOf("5", 1) + "event: ping\ndata: {}\n\n" + frameOf("6", 2) +
		"event: end\ndata: {\"reason\":\"drain\"}\n\n"
	for size := 1; size <= len(text); size++ {
		_, tally := feed(t, text, size)
		if tally.Messages != 2 || tally.Ready != 1 || tally.Faults() != 0 || tally.Opened != 1 || tally.Ends["drain"] != 1 {
			t.Fatalf("in pieces of %d: %+v", size, tally)
		}
		if got := tally.Latency.Quantile(1); got < 2000 || got > 2040 {
			t.Fatalf("a latency of %s", got)
		}
		if tally.Last != 3000 {
			t.Fatalf("the last came at %s", tally.Last)
		}
	}
}

func TestStreamTakesChunksOff(t *testing.T) {
	t.Parallel()
	body := frameOf("1", 1) + frameOf("2", 2)
	text := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	for piece := range 3 { // chunks end in the middle of lines
		part := body[piece*len(body)/3 : (piece+1)*len(body)/3]
		text += fmt.Sprintf("%x\r\n%s\r\n", len(part), part)
	}
	text += "0\r\n\r\n"
	for size := 1; size <= len(text); size++ {
		_, tally := feed(t, text, size)
		if tally.Messages != 2 || tally.Faults() != 0 || tally.Bytes != int64(len(body)) {
			t.Fatalf("in pieces of %d: %+v", size, tally)
		}
	}
}

func TestStreamChecksDensityAndOrder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		ids           string
		gaps, repeats int64
	}{
		{"dense", "1 2 3", 0, 0},
		{"a hole", "1 3 4", 1, 0},
		{"one twice", "1 2 2 3", 0, 1},
		{"backwards", "1 3 2 4", 1, 1},
		{"rooms apart", "a:1 b:7 a:2 b:8", 0, 0},
		{"a hole in one room", "a:1 b:7 a:2 b:9", 1, 0},
		{"an edit", "1 2 3<1 4", 0, 0},
		{"an edit that was left out where it was made", "1 3 4<2", 0, 0},
		{"an edit of an edit", "4 6 7<1", 0, 0},
		{"a hole, and an edit of what came after it", "1 3 4<3", 1, 0},
		{"a hole, and an edit in another room", "a:1 a:3 b:4<1 b:5", 1, 0},
		{"ids of another kind", "urn:uuid:ff-1 urn:uuid:ff-1", 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := head
			for i, id := range strings.Fields(test.ids) {
				text += frameOf(id, int64(i))
			}
			_, tally := feed(t, text, 1000)
			if tally.Gaps != test.gaps || tally.Repeats != test.repeats {
				t.Errorf("%d gaps and %d repeats", tally.Gaps, tally.Repeats)
			}
		})
	}
}

// A new title takes a position, and may supersede the one before.
func TestRoomsChangeToo(t *testing.T) {
	t.Parallel()
	title := func(at int) string {
		return fmt.Sprintf("event: room.general\nid: %d\ndata: {\"type\":\"room\",\"revision\":%d,\"title\":\"x\"}\n\n", at, at)
	}
	_, tally := feed(t, head+frameOf("1", 1)+title(2)+frameOf("3", 2)+frameOf("5", 3)+title(6)+title(8)+frameOf("9", 4), 1000)
	if tally.Messages != 4 || tally.Faults() != 0 {
		t.Errorf("%+v", tally)
	}
}

func TestSparseFollowsOnlyWhatItExpects(t *testing.T) {
	t.Parallel()
	s := &Stream{Tally: &Tally{}, Sparse: true}
	s.Expect("a", 4)
	text := head + "event: ready\nid: b:9\ndata: {}\n\n" + frameOf("b:12", 1) + frameOf("b:14", 2) + frameOf("a:6", 3)
	if err := s.Feed([]byte(text), 0); err != nil || s.Tally.Gaps != 1 || s.Tally.Messages != 3 || s.Tally.Ready != 1 {
		t.Errorf("%+v %v", s.Tally, err)
	}
}

func TestFirstMessageCanBeWrong(t *testing.T) {
	t.Parallel()
	_, tally := feed(t, head+"event: ready\nid: 4\ndata: {}\n\n"+frameOf("6", 1), 100)
	if tally.Gaps != 1 {
		t.Error("5 was not missed after ready at 4")
	}
	s := &Stream{Tally: &Tally{}}
	s.Expect("", 9)
	if err := s.Feed([]byte(head+frameOf("9", 1)), 0); err != nil || s.Tally.Repeats != 1 {
		t.Error("9 after 9 went unnoticed:", err)
	}
}

func TestOrderTellsStreamsApart(t *testing.T) {
	t.Parallel()
	one, _ := feed(t, head+frameOf("1", 1)+frameOf("2", 2), 7)
	same, _ := feed(t, head+frameOf("1", 1)+frameOf("2", 2), 100)
	swapped, _ := feed(t, head+frameOf("1", 2)+frameOf("2", 1), 100)
	if one.Order != same.Order || one.Order == swapped.Order {
		t.Error("the order does not tell")
	}
}

func TestRefusalIsCounted(t *testing.T) {
	t.Parallel()
	s, tally := feed(t, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}", 9)
	if s.Status() != 401 || tally.Refused != 1 || tally.Opened != 0 {
		t.Errorf("%d: %+v", s.Status(), tally)
	}
	if err := (&Stream{Tally: tally}).Feed([]byte("SSH-2.0-whatever\r\n\r\n"), 0); err == nil {
		t.Error("that was no HTTP")
	}
}

func TestStamp(t *testing.T) {
	t.Parallel()
	at, n, ok := FindStamp([]byte("~ not yet ~12 " + stamp(12345, 678) + "~"))
	if !ok || at != 12345 || n != 678 {
		t.Error(at, n, ok)
	}
	for _, none := range []string{"", "~", stamp(1, 2)[:StampLen-1], strings.Replace(stamp(1, 2), ".", ":", 1)} {
		if _, _, ok := FindStamp([]byte(none)); ok {
			t.Errorf("a stamp in %q", none)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	texts := []string{
		"HTTP/1.1 201 Created\r\nContent-Length: 8\r\n\r\n{\"id\":1}",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		"HTTP/1.1 204 No Content\r\n\r\n",
	}
	var a Answer
	var statuses []int
	for _, text := range texts {
		for i := range len(text) {
			done, err := a.Feed([]byte(text[i : i+1]))
			if err != nil {
				t.Fatal(err)
			}
			if done != (i == len(text)-1) {
				t.Fatalf("done is %t after %q", done, text[:i+1])
			}
		}
		statuses = append(statuses, a.Status)
	}
	if fmt.Sprint(statuses) != "[201 200 204]" {
		t.Error(statuses)
	}
}
