package backup

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"

	"parley/messages/internal/refill"
	"parley/migrations"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// place is a deployment with something in every table.
const place = `
	INSERT INTO users (username, password_hash, role, display_name, head) VALUES
		('ada', 'hash of ada', 'owner', E'A\tda\n\\', 7), ('bob', 'hash of bob', 'member', '', 1);
	UPDATE rooms SET head = 3, title = 'General' WHERE name = 'general';
	INSERT INTO rooms (name, kind, title, head, people) VALUES ('dm-1', 'direct', '', 1, '{ada,bob}');
	INSERT INTO memberships (username, room, revision, read, reopened) VALUES ('ada', 'general', 1, 2, 3), ('bob', 'general', 1, 0, 0), ('ada', 'dm-1', 7, 1, 0);
	INSERT INTO messages (room, id, revision, username, body, client_id, html, mentions, reactions, edited_at) VALUES
		('general', 1, 1, 'ada', E'\\N\n\ttabs', 'c1', NULL, NULL, NULL, NULL),
		('general', 2, 3, 'bob', '**hi** @ada', NULL, '<b>hi</b>', '{ada}', '[{"emoji":"👍","people":["ada"]}]', '2026-11-24 10:00:00.123456+00'),
		('dm-1', 1, 1, 'ada', 'secret 🤫', NULL, NULL, NULL, NULL, NULL);
	INSERT INTO message_versions (room, id, revision, body) VALUES ('general', 2, 2, 'hi');
	INSERT INTO renderings (renderer, done) VALUES (1, true);
	INSERT INTO invites (code, created_by, expires_at, uses, role, rooms) VALUES ('0123456789abcdef', 'ada', 'infinity', 2, 'member', '{general}');
	INSERT INTO audit (actor, action, subject, detail) VALUES ('ada', 'invite.made', 'x', '{"uses": 2}'), ('', 'owner.made', 'ada', '{}');
	INSERT INTO sessions (token_hash, username, expires_at) VALUES (sha256('x'), 'ada', 'infinity')`

func TestBackupIsRestored(t *testing.T) {
	t.Parallel()
	from, to := testkit.DatabaseURL(t), testkit.DatabaseURL(t)
	source, target := connect(t, from), connect(t, to)
	run(t, source, place)
	run(t, source, `INSERT INTO avatars (username, digest, image) VALUES ('ada', '00112233445566778899aabbccddeeff', 'picture')`)
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	made, err := Write(t.Context(), from, &file, key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"hash of ada", "secret", "messages", zstdText} {
		if strings.Contains(file.String(), secret) {
			t.Errorf("%q can be read in what is encrypted", secret)
		}
	}
	run(t, target, `INSERT INTO search_rooms (room, position) VALUES ('general', 99)`) // of messages that are no more
	restored, err := Restore(t.Context(), to, bytes.NewReader(file.Bytes()), key)
	if err != nil {
		t.Fatal(err)
	}
	if made.rows() != restored.rows() || made.Rows["messages"] != 3 || !made.MadeAt.Equal(restored.MadeAt) {
		t.Errorf("%+v became %+v", made, restored)
	}
	for _, table := range order {
		if got, want := dump(t, target, table.name, table.by), dump(t, source, table.name, table.by); got != want {
			t.Errorf("%s is restored as\n%s\nand was\n%s", table.name, got, want)
		}
	}
	if n := number(t, target, `SELECT count(*) FROM sessions`); n != 0 {
		t.Errorf("%d sessions were restored", n)
	}
	if n := number(t, target, `SELECT count(*) FROM search_rooms`); n != 0 {
		t.Error("the index passes over what was restored")
	}
	run(t, target, `INSERT INTO audit (actor, action) VALUES ('ada', 'goes on')`)
	if _, err := Restore(t.Context(), to, bytes.NewReader(file.Bytes()), key); !errors.Is(err, refill.ErrNotEmpty) {
		t.Errorf("a second time: %v, want that it is not empty", err)
	}
}

const zstdText = "\x28\xb5\x2f\xfd"

// Nobody was ever handed a position that a log has after it was restored.
func TestLogsGoOnFurtherThanAnybodyWas(t *testing.T) {
	t.Parallel()
	from := testkit.DatabaseURL(t)
	run(t, connect(t, from), place)
	var heads []int64
	for range 2 {
		var file bytes.Buffer
		if _, err := Write(t.Context(), from, &file); err != nil {
			t.Fatal(err)
		}
		from = testkit.DatabaseURL(t)
		if _, err := Restore(t.Context(), from, &file); err != nil {
			t.Fatal(err)
		}
		lowest := number(t, connect(t, from), `SELECT min(head) FROM (SELECT head FROM rooms UNION ALL SELECT head FROM users) AS all_logs`)
		heads = append(heads, lowest)
	}
	if heads[0] < 1<<43 || heads[1] >= 1<<48 || heads[1]-heads[0] < 100_000_000 {
		t.Errorf("heads are at least %v after one and two restores", heads)
	}
}

func TestUnfitFilesChangeNothing(t *testing.T) {
	t.Parallel()
	from, to := testkit.DatabaseURL(t), testkit.DatabaseURL(t)
	source, target := connect(t, from), connect(t, to)
	run(t, source, place)
	key, other := identity(t), identity(t)
	var plain, sealed bytes.Buffer
	_, err := Write(t.Context(), from, &plain)
	if _, also := Write(t.Context(), from, &sealed, key.Recipient()); err != nil || also != nil {
		t.Fatal(err, also)
	}
	files := map[string]struct {
		file  []byte
		key   []age.Identity
		fails string
	}{
		"nothing":         {nil, nil, "not a backup"},
		"something else":  {[]byte("-- a dump\n"), nil, "not a backup"},
		"no key":          {sealed.Bytes(), nil, "-identity"},
		"another key":     {sealed.Bytes(), []age.Identity{other}, "decrypt"},
		"sealed, cut":     {sealed.Bytes()[:sealed.Len()-1], []age.Identity{key}, "cut off"},
		"sealed, changed": {flip(sealed.Bytes(), sealed.Len()-20), []age.Identity{key}, ""},
		"changed":         {flip(plain.Bytes(), plain.Len()/2), nil, ""},
		"doubled":         {append(slices.Clone(plain.Bytes()), plain.Bytes()...), nil, "cut off"},
	}
	for name, f := range files {
		_, err := Restore(t.Context(), to, bytes.NewReader(f.file), f.key...)
		if err == nil || !strings.Contains(err.Error(), f.fails) {
			t.Errorf("%s: %v, want %q", name, err, f.fails)
		}
	}
	for n := 0; n < plain.Len(); n += 37 {
		if _, err := Restore(t.Context(), to, bytes.NewReader(plain.Bytes()[:n])); err == nil {
			t.Fatalf("the first %d of %d bytes were restored", n, plain.Len())
		}
	}
	if n := number(t, target, `SELECT count(*) FROM users`) + number(t, target, `SELECT head FROM rooms`); n != 0 {
		t.Error("something was restored")
	}
	run(t, target, `UPDATE schema_migrations SET version = version + 1`)
	if _, err := Restore(t.Context(), to, &plain); err == nil || !strings.Contains(err.Error(), "-to") {
		t.Errorf("another schema: %v", err)
	}
}

// A backup of an older schema is restored into that one, and then upgraded.
func TestOlderSchemaIsRestored(t *testing.T) {
	t.Parallel()
	const oldest = 6 // of which there are backups
	for schema := uint(oldest); schema < migrations.Newest(); schema++ {
		from, to := testkit.EmptyDatabaseURL(t), testkit.EmptyDatabaseURL(t)
		upTo(t, from, schema)
		upTo(t, to, schema)
		source, target := connect(t, from), connect(t, to)
		run(t, source, place)
		var file bytes.Buffer
		if _, err := Write(t.Context(), from, &file); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(t.Context(), to, &file); err != nil {
			t.Fatal(err)
		}
		upTo(t, from, migrations.Newest())
		upTo(t, to, migrations.Newest())
		for _, table := range order {
			if got, want := dump(t, target, table.name, table.by), dump(t, source, table.name, table.by); got != want {
				t.Errorf("%s of schema %d is restored as\n%s\nand was\n%s", table.name, schema, got, want)
			}
		}
	}
}

func upTo(t *testing.T, url string, schema uint) {
	t.Helper()
	if version, err := migrations.UpTo(url, schema); err != nil || version != schema {
		t.Fatalf("at schema %d, %v; want %d", version, err, schema)
	}
}

// What is written while a backup is made is not in it, or whole.
func TestBackupIsOfOneMoment(t *testing.T) {
	t.Parallel()
	from, to := testkit.DatabaseURL(t), testkit.DatabaseURL(t)
	source := connect(t, from)
	run(t, source, place)
	read, write := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := Write(t.Context(), from, &once{write, func() {
			run(t, source, `UPDATE rooms SET head = 4 WHERE name = 'general';
				INSERT INTO messages (room, id, revision, username, body) VALUES ('general', 4, 4, 'ada', 'late'); DELETE FROM audit`)
		}})
		done <- errors.Join(err, write.Close())
	}()
	if _, err := Restore(t.Context(), to, read); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	target := connect(t, to)
	if number(t, target, `SELECT count(*) FROM messages`) != 3 || number(t, target, `SELECT count(*) FROM audit`) != 2 {
		t.Error("what came later is in the backup")
	}
}

// Memory doesn't grow with what there is. It runs by itself: the others have
// memory, too.
func TestMemoryIsBounded(t *testing.T) {
	from, to := testkit.DatabaseURL(t), testkit.DatabaseURL(t)
	run(t, connect(t, from), `
		UPDATE rooms SET head = 8000 WHERE name = 'general';
		INSERT INTO messages (room, id, revision, username, body)
		SELECT 'general', n, n, 'ada', (SELECT string_agg(md5(n::text || i), '') FROM generate_series(1, 100) AS i) FROM generate_series(1, 8000) AS n`)
	name := filepath.Join(t.TempDir(), "backup")
	var said bytes.Buffer
	if err := RunBackup(t.Context(), from, []string{"-to", name}, nil, &said); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	highest, before := &peak{in: file}, inUse()
	if err := RunRestore(t.Context(), to, nil, highest, &said); err != nil {
		t.Fatal(err)
	}
	const bodies = 8000 * 3200
	if grown := highest.bytes - before; highest.bytes > before && grown > bodies/2 {
		t.Errorf("%d MB of memory for %d MB of messages", grown>>20, bodies>>20)
	}
	if !strings.Contains(said.String(), "8000 messages") {
		t.Errorf("said %q", said.String())
	}
}

// A table that comes with a migration must be kept, or left out on purpose.
func TestTableThatIsNotKnown(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseURL(t)
	if _, err := Write(t.Context(), url, io.Discard); err != nil {
		t.Fatal(err)
	}
	run(t, connect(t, url), `CREATE TABLE fresh (id int)`)
	if _, err := Write(t.Context(), url, io.Discard); err == nil || !strings.Contains(err.Error(), "fresh") {
		t.Errorf("%v, want that it is not known", err)
	}
}

// peak notes how much memory is in use while it is read.
type peak struct {
	in    io.Reader
	bytes uint64
}

func (p *peak) Read(b []byte) (int, error) {
	p.bytes = max(p.bytes, inUse())
	return p.in.Read(b)
}

func inUse() uint64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapAlloc
}

// once does something before the first write.
type once struct {
	io.Writer
	do func()
}

func (o *once) Write(b []byte) (int, error) {
	if o.do != nil {
		o.do()
		o.do = nil
	}
	return o.Writer.Write(b)
}

func flip(file []byte, at int) []byte {
	changed := slices.Clone(file)
	changed[at] ^= 0x10
	return changed
}

func identity(t *testing.T) *age.X25519Identity {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// dump returns a table's rows as text, without the heads of logs.
func dump(t *testing.T, db *pgx.Conn, table, by string) (text string) {
	t.Helper()
	err := db.QueryRow(t.Context(), `SELECT coalesce(string_agg((to_jsonb(t) - 'head')::text, E'\n' ORDER BY `+by+`), '') FROM `+table+` AS t`).Scan(&text)
	if err != nil {
		t.Fatal(table, err)
	}
	return text
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	return db
}

func run(t *testing.T, db *pgx.Conn, sql string) {
	t.Helper()
	if _, err := db.Exec(t.Context(), sql); err != nil {
		t.Error(err)
	}
}

func number(t *testing.T, db *pgx.Conn, sql string) (n int64) {
	t.Helper()
	if err := db.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
