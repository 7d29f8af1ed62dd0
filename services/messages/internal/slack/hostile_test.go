package slack

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"parley/messages/internal/intake"
	"parley/testkit"
)

// packed returns a zip of files, by name and content.
func packed(t *testing.T, files ...[2]string) *zip.Reader {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		file, err := w.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(file, f[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		t.Fatal(err)
	}
	return r
}

// try takes an export in, and returns what came of it.
func try(t *testing.T, url string, same intake.Namesakes, files *zip.Reader) (*intake.Report, error) {
	t.Helper()
	in, err := intake.Open(t.Context(), url, From, same)
	if err != nil {
		t.Fatal(err)
	}
	err = Import(t.Context(), in, files)
	return &in.Report, errors.Join(err, in.Close(context.WithoutCancel(t.Context())))
}

const adaAndBob = `[{"id":"U1","name":"ada"},{"id":"U2","name":"bob"}]`

func TestUnfitFiles(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	channels := [2]string{"channels.json", `[{"id":"C1","name":"plans"}]`}
	for name, row := range map[string]struct{ users, day, fails string }{
		"users are no list":     {`{"ok":true}`, `[]`, "users.json"},
		"users are cut":         {adaAndBob[:20], `[]`, "users.json"},
		"users go deep":         {strings.Repeat("[", 100_000), `[]`, "users.json"},
		"a day is no list":      {adaAndBob, `{}`, "plans/2023-11-14.json: it is no list"},
		"a day is cut":          {adaAndBob, `[{"ts":"1700000000.000100","user":"U1","text":"hi"}`, "to the end"},
		"a message is too long": {adaAndBob, `[{"ts":"1700000000.000100","text":"` + strings.Repeat("x", 2*mostMessage) + `"}]`, "a message is larger"},
		"a day is a bomb":       {adaAndBob, `[` + strings.Repeat(" ", 70<<20) + `]`, "larger than it can be"},
	} {
		files := packed(t, [2]string{"users.json", row.users}, channels, [2]string{"plans/2023-11-14.json", row.day})
		if _, err := try(t, url, intake.Unknown, files); err == nil || !strings.Contains(err.Error(), row.fails) {
			t.Errorf("%s: %v, want %q", name, err, row.fails)
		}
	}
}

// Whatever the names and numbers are, the result is what Parley itself could
// have made.
func TestHostileExport(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	db := connect(t, url)
	run(t, db, `INSERT INTO rooms (name, kind) VALUES ('cabinet', 'open')`)
	report, err := try(t, url, intake.Unknown, packed(t,
		[2]string{"users.json", `[{"id":"U1","name":"ada"},{"id":"U2","name":"ADA"},{"id":"U3","name":"../../etc"},{"id":"U4","name":"` + strings.Repeat("n", 999) + `"},{"id":"","name":""}]`},
		[2]string{"channels.json", `[{"id":"C1","name":"../../plans","members":["U1","U1","U9"],"created":9999999999999},{"id":"C2","name":"stream"},{"id":"C3","name":"dm-0"},
			{"id":"C4","name":"plans","topic":{"value":"` + strings.Repeat("t", 999) + `"}},{"id":"C5","name":""}]`},
		[2]string{"groups.json", `[{"id":"G1","name":"cabinet","members":["U1"]},{"id":"G2","name":"general","members":["U1"]}]`},
		[2]string{"../../plans/2023-11-14.json", `[
			{"ts":"1700000000.000100","user":"U1","text":"a","thread_ts":"1700000002.000100"},
			{"ts":"1700000001.000100","user":"U2","text":"b","thread_ts":"1700000000.000100","parent_user_id":"U1"},
			{"ts":"1700000002.000100","user":"U1","text":"c","thread_ts":"1700000001.000100","parent_user_id":"U9"},
			{"ts":"1700000003.000100","user":"U1","text":"d","thread_ts":"1700000002.000100"},
			{"ts":"1700000003.000100","user":"U2","text":"the same time"},
			{"ts":"1700000004.000100","user":"U1","text":"\u0000 <|x> \ud800","edited":{"ts":"never"},"reactions":[{"name":"+1","users":["U1","U1","U7"]}]},
			{"ts":"999999999999.000000","user":"U1","text":"later than there are years"},
			{"ts":"1700000005.` + strings.Repeat("0", 200) + `","user":"U1","text":"a long time"},
			{"ts":"","text":"none"}]`},
		[2]string{"../../../outside.json", `[]`},
		[2]string{"cabinet/2023-11-14.json", `[{"ts":"1700000000.000100","user":"U1","text":"secret"}]`},
	))
	if err != nil {
		t.Fatal(err)
	}
	if report.Skipped["message of no known time"] != 3 {
		t.Errorf("left out: %v", report.Skipped)
	}
	for sql, want := range map[string]string{
		`SELECT string_agg(username, ' ' ORDER BY username) FROM users`:                                            "ada ada-2 etc " + strings.Repeat("n", 32) + " user",
		`SELECT string_agg(name || ' ' || kind, ', ' ORDER BY name) FROM rooms`:                                    "cabinet open, cabinet-2 private, general open, general-2 private, plans open, plans-2 open, room-c5 open, room-dm-0 open, room-stream open",
		`SELECT string_agg(concat_ws(' ', id, body, thread), ', ' ORDER BY id) FROM messages WHERE room = 'plans'`: "1 a, 2 b 1, 3 c 1, 4 d 1, 5 <|x> \ufffd",
		`SELECT string_agg(room, ' ') FROM messages WHERE body = 'secret'`:                                         "cabinet-2",
		`SELECT string_agg(username || ' ' || room, ', ' ORDER BY room) FROM memberships WHERE room ~ '-2$'`:       "ada cabinet-2, ada general-2",
		`SELECT reactions::text FROM messages WHERE reactions IS NOT NULL`:                                         `[{"emoji": "👍", "people": ["ada"]}]`,
	} {
		if got := value(t, db, sql); got != want {
			t.Errorf("%s:\n%s, want\n%s", sql, got, want)
		}
	}
}

// An account here may be somebody else's, who must not get into private rooms by
// having the name.
func TestNamesakes(t *testing.T) {
	t.Parallel()
	export := func() *zip.Reader {
		return packed(t,
			[2]string{"users.json", `[{"id":"U1","name":"ada"},{"id":"U2","name":"bob","is_bot":true}]`},
			[2]string{"groups.json", `[{"id":"G1","name":"cabinet","members":["U1","U2"]}]`})
	}
	for same, want := range map[intake.Namesakes]string{intake.Same: "ada bob-2", intake.Others: "ada-2 bob-2"} {
		url := testkit.DatabaseURL(t)
		db := connect(t, url)
		run(t, db, `INSERT INTO users (username, password_hash) VALUES ('ada', 'x'), ('bob', 'x')`)
		if _, err := try(t, url, intake.Unknown, export()); !errors.Is(err, intake.ErrNamesake) {
			t.Errorf("without being told: %v", err)
		}
		if n := value(t, db, `SELECT count(*)::text FROM users`); n != "2" {
			t.Errorf("there are %s people", n)
		}
		for range 2 {
			if _, err := try(t, url, same, export()); err != nil {
				t.Error(err)
			}
			if got := value(t, db, `SELECT string_agg(username, ' ' ORDER BY username) FROM memberships WHERE room = 'cabinet'`); got != want {
				t.Errorf("%s: the private room has %s, want %s", same, got, want)
			}
		}
	}
}

// A channel that is made private after it was taken in goes on in another room.
func TestChannelIsClosed(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	export := func(list string, texts ...string) *zip.Reader {
		var said []string
		for i, text := range texts {
			said = append(said, fmt.Sprintf(`{"ts":"1700000000.%06d","user":"U1","text":%q}`, i, text))
		}
		return packed(t, [2]string{"users.json", adaAndBob}, [2]string{list, `[{"id":"C1","name":"plans","members":["U1"]}]`},
			[2]string{"plans/2023-11-14.json", "[" + strings.Join(said, ",") + "]"})
	}
	for _, files := range []*zip.Reader{
		export("channels.json", "to all"), export("groups.json", "to all", "secret"), export("groups.json", "to all", "secret", "another"),
	} {
		if _, err := try(t, url, intake.Unknown, files); err != nil {
			t.Fatal(err)
		}
	}
	const said = `SELECT string_agg(concat_ws(' ', r.kind, m.room, m.body), ', ' ORDER BY m.room, m.id) FROM messages m JOIN rooms r ON r.name = m.room`
	if got, want := value(t, connect(t, url), said), "open plans to all, private plans-2 to all, private plans-2 secret, private plans-2 another"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Memory doesn't grow with what was said. It runs by itself: the others have
// memory, too.
func TestMemoryIsBounded(t *testing.T) {
	const count, length = 4000, 3900
	name := filepath.Join(t.TempDir(), "export.zip")
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := zip.NewWriter(out)
	put := func(name, text string) io.Writer {
		file, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(file, text)
		return file
	}
	put("users.json", adaAndBob)
	put("channels.json", `[{"id":"C1","name":"general","members":["U1"]}]`)
	day := put("general/2023-11-14.json", "[")
	dice := rand.New(rand.NewPCG(1, 2))
	letters := make([]byte, 1<<20) // which no packer makes small
	for i := range letters {
		letters[i] = "abcdefghijklmnopqrstuvwxyz      "[dice.IntN(32)]
	}
	for n := range count {
		at := dice.IntN(len(letters) - length)
		text := letters[at : at+length]
		fmt.Fprintf(day, `{"ts":"1700000000.%06d","user":"U%d","text":"%s","thread_ts":"1700000000.000000"},`, n, 1+n%2, text)
	}
	_, _ = io.WriteString(day, `{"ts":"1700000001.000000","user":"U1","text":"end"}]`)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := out.Stat()
	if err != nil {
		t.Fatal(err)
	}
	highest := &peak{in: out}
	before := inUse()
	files, err := zip.NewReader(highest, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	report, err := try(t, testkit.DatabaseURL(t), intake.Unknown, files)
	if err != nil || report.Messages != count+1 {
		t.Fatalf("%v, %v", report.Lines(), err)
	}
	if grown := highest.bytes - before; highest.bytes > before && grown > count*length/2 {
		t.Errorf("%d MB of memory for %d MB of messages", grown>>20, count*length>>20)
	}
}

// peak notes how much memory is in use while it is read.
type peak struct {
	in    io.ReaderAt
	reads int
	bytes uint64
}

func (p *peak) ReadAt(b []byte, at int64) (int, error) {
	if p.reads++; p.reads%64 == 0 {
		p.bytes = max(p.bytes, inUse())
	}
	return p.in.ReadAt(b, at)
}

func inUse() uint64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapAlloc
}
