package reads

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/core/session"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestFind(t *testing.T) {
	t.Parallel()
	pool := testkit.Database(t)
	for _, sql := range []string{
		`INSERT INTO users (username, password_hash, role, head) VALUES ('ada', 'x', 'member', 7), ('gus', 'x', 'guest', 1), ('ban', 'x', 'member', 0)`,
		`UPDATE users SET banned_at = now() WHERE username = 'ban'`,
		`INSERT INTO rooms (name, kind, head) VALUES ('launch', 'private', 40), ('tea', 'open', 5)`,
		`UPDATE rooms SET head = 3 WHERE name = 'general'`,
		`INSERT INTO memberships (username, room, revision, member) VALUES
			('ada', 'general', 1, true), ('ada', 'launch', 2, true), ('ada', 'tea', 3, false), ('gus', 'general', 1, true)`,
		`INSERT INTO sessions (token_hash, username, expires_at)
			SELECT decode(lpad(n::text, 64, '0'), 'hex'), name, at FROM (VALUES
			(1, 'ada', now() + interval '1 hour'), (2, 'ada', now() - interval '1 hour'), (3, 'gus', now() + interval '1 hour'), (4, 'ban', now() + interval '1 hour')) AS s (n, name, at)`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	f := NewFinder(pool)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go f.Run(ctx)
	key := func(n byte, username, room string) Key {
		return Key{Session: session.Key{31: n}, Username: username, Room: room, Mine: true}
	}
	for what, row := range map[string]struct {
		key         Key
		ok          bool
		room, rooms int64
	}{
		"a room one is in":             {key(1, "ada", "launch"), true, 40, 43},
		"an open room one is not in":   {key(1, "ada", "tea"), true, 5, 43},
		"a private room one is not in": {key(3, "gus", "launch"), false, 0, 0},
		"an open room, to a guest":     {key(3, "gus", "tea"), false, 0, 0},
		"a room that never was":        {key(1, "ada", "nowhere"), false, 0, 0},
		"by a session that has ended":  {key(2, "ada", "general"), false, 0, 0},
		"by another's session":         {key(1, "gus", "general"), false, 0, 0},
		"by no session":                {key(9, "ada", "general"), false, 0, 0},
		"without one's rooms":          {Key{Session: session.Key{31: 1}, Username: "ada", Room: "launch"}, true, 40, 0},
		"by who is banned":             {key(4, "ban", "general"), false, 0, 0},
	} {
		now, ok, err := f.Find(t.Context(), row.key)
		if err != nil || ok != row.ok || now.Room != row.room || now.Rooms != row.rooms {
			t.Errorf("%s: %+v, %v, %v", what, now, ok, err)
		}
		if ok && now.Head != 7 {
			t.Errorf("%s: the person's head is %d", what, now.Head)
		}
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	var all []byte
	var parts []*Part
	for n := range 5 { // one is empty, one is large
		piece := []byte(strings.Repeat("hello ", n*n*n*1000))
		all, parts = append(all, piece...), append(parts, NewPart(piece))
	}
	a := Join(parts...)
	for _, packed := range []bool{false, true} {
		var b bytes.Buffer
		if err := a.Write(&b, packed); err != nil || b.Len() != a.Len(packed) {
			t.Errorf("packed %v: %d bytes of %d, %v", packed, b.Len(), a.Len(packed), err)
		}
		got := b.Bytes()
		if packed {
			r, err := gzip.NewReader(&b)
			if err != nil {
				t.Fatal(err)
			}
			if got, err = io.ReadAll(r); err != nil { // the sum and the length fit
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, all) {
			t.Errorf("packed %v: other bytes", packed)
		}
	}
	for _, other := range []*Answer{Join(), Join(parts[1:]...), Join(NewPart([]byte("else")))} {
		if a.ETag == other.ETag {
			t.Errorf("tag %s twice", a.ETag)
		}
	}
	if a.ETag != Join(parts...).ETag {
		t.Error("the same answer has another tag")
	}
}

func TestKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := NewKept[string, int](100_000, 5*time.Second)
		a := Join(NewPart([]byte("a")))
		k.Put("x", 1, a)
		if got := k.Get("x", 1); got == nil || got.ETag != a.ETag || k.Get("x", 2) != nil || k.Get("y", 1) != nil {
			t.Error("an answer for another key, or another state")
		}
		time.Sleep(6 * time.Second)
		if k.Get("x", 1) != nil {
			t.Error("an answer that is too old")
		}
		for n := range 1000 {
			k.Put(strings.Repeat("k", n), n, Join(&Part{plain: make([]byte, 1000), sum: [32]byte{byte(n), byte(n >> 8), 1}}))
			if k.size > 100_000 {
				t.Fatalf("%d bytes are kept", k.size)
			}
		}
		if n := len(k.answers); n < 50 {
			t.Errorf("%d answers are kept, where there is place for more", n)
		}
		k.Put("x", 3, Join(&Part{plain: make([]byte, 20_000)}))
		if k.Get("x", 3) != nil {
			t.Error("one answer that is a good part of all is kept")
		}
	})
}

// Parts that are equal are kept once, and go with the last answer that has them.
func TestKeptParts(t *testing.T) {
	t.Parallel()
	k := NewKept[int, int](1_000_000, time.Hour)
	for n := range 100 {
		k.Put(n, 1, Join(k.Part([]byte(strings.Repeat("shared ", 1000))), k.Part([]byte{byte(n)})))
	}
	if k.size > 100*(overhead+20)+10_000 {
		t.Errorf("%d bytes are kept of one large part and 100 small ones", k.size)
	}
	if k.Part([]byte(strings.Repeat("shared ", 1000))) != k.Get(5, 1).parts[0] {
		t.Error("the part is another")
	}
	for n := range 100 {
		k.Put(n, 2, Join(k.Part([]byte("other"))))
	}
	if len(k.parts) != 1 || k.size != 100*overhead+k.Get(5, 2).parts[0].size() {
		t.Errorf("%d parts, %d bytes", len(k.parts), k.size)
	}
}

// Answers that are equal are kept once, whatever they were asked for by: what
// they take in memory is what is counted.
func TestEqualAnswersTakeTheMemoryOfOne(t *testing.T) { // not in parallel: it looks at all memory
	const size, n = 512 << 10, 24
	k := NewKept[int, int](16<<20, time.Hour)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for i := range n {
		k.Put(i, 1, Join(NewPart(bytes.Repeat([]byte("x"), size))))
	}
	if grown := heap() - before; grown > 8*size {
		t.Errorf("%d equal answers of half a MB take %d MB", n, grown>>20)
	}
	for i := range n {
		if got := k.Get(i, 1); got == nil || got.Len(false) != size {
			t.Fatalf("answer %d is not kept: %v", i, got)
		}
	}
}
