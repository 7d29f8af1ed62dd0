package migrations_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

// large are the tables that grow with what is said: ten million rows and more.
// No migration may write them anew, read them whole, or keep people from posting
// for longer than a moment. See docs/operating.md, "Upgrade".
var large = []string{"messages", "message_versions", "search_messages"}

// known are statements of before this was a rule, by the file and how they begin.
// What they cost is in docs/operating.md.
var known = map[string][]string{
	"000002_cheaper_writes.up.sql": {"alter table messages drop constraint messages_id_check"},
	"000004_conversation.up.sql":   {"create index messages_mentions on messages", "create index messages_pinned on messages"},
	"000005_search.up.sql":         {"insert into search_blocks (no, starts)"},
}

func TestMigrationsKeepNobodyWaiting(t *testing.T) {
	t.Parallel()
	ups, err := fs.Glob(os.DirFS("."), "*.up.sql")
	if err != nil || len(ups) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, name := range ups {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		refused := refusals(string(text))
		for _, r := range refused {
			if !slices.ContainsFunc(known[name], func(begins string) bool { return strings.HasPrefix(r.statement, begins) }) {
				t.Errorf("%s: %s:\n\t%.200s", name, r.why, r.statement)
			}
		}
		if len(refused) < len(known[name]) {
			t.Errorf("%s: %d statements are refused, and %d are known: forget those that are gone", name, len(refused), len(known[name]))
		}
	}
}

func TestWhatWouldKeepPeopleWaitingIsRefused(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ sql, why string }{
		{`ALTER TABLE messages ADD color text`, ""},
		{`ALTER TABLE messages ADD COLUMN color text NOT NULL DEFAULT 'blue', ADD weight numeric(8, 2) DEFAULT -1.5, ADD light boolean DEFAULT false`, ""},
		{`ALTER TABLE messages ADD a text COLLATE "C", ADD b text[] COLLATE "C", ADD c timestamptz DEFAULT NULL`, ""},
		{`ALTER TABLE messages DROP CONSTRAINT messages_check, ADD CONSTRAINT messages_check CHECK (id >= 1, 2) NOT VALID`, ""},
		{`ALTER TABLE messages ALTER color SET DEFAULT 'red', ALTER color DROP NOT NULL, SET (fillfactor = 90), DROP COLUMN weight`, ""},
		{`ALTER TABLE messages ADD CONSTRAINT one UNIQUE USING INDEX one_index`, ""},
		{`ALTER TABLE messages VALIDATE CONSTRAINT messages_check;`, ""},
		{`CREATE INDEX CONCURRENTLY messages_color ON messages (color);`, ""},
		{`DROP INDEX messages_color; ALTER TABLE rooms ADD a text DEFAULT gen_random_uuid()`, ""},
		{`CREATE TABLE search_messages (id bigint); CREATE INDEX a ON search_messages (id); INSERT INTO search_messages VALUES (1)`, ""},
		{`UPDATE rooms SET title = 'messages; more' -- messages, says the title`, ""},
		{`COMMENT ON COLUMN messages.body IS 'words'; CREATE TRIGGER a AFTER INSERT ON messages EXECUTE FUNCTION note()`, ""},
		{`/* messages */ COMMENT ON TABLE rooms IS $$one ' of messages;$$`, ""},

		{`ALTER TABLE messages ADD seen timestamptz DEFAULT now()`, "default"},
		{`alter table only public."messages" add column if not exists key uuid default gen_random_uuid()`, "default"},
		{`ALTER TABLE messages ADD n bigint GENERATED ALWAYS AS IDENTITY`, "default"},
		{`ALTER TABLE messages ADD n bigserial`, "type"},
		{`ALTER TABLE messages ADD n room_name`, "type"},
		{`ALTER TABLE messages ADD n text NOT NULL`, "default"},
		{`ALTER TABLE messages ADD n bigint CHECK (n > 0)`, "constraint"},
		{`ALTER TABLE messages ADD n bigint REFERENCES rooms (name)`, "constraint"},
		{`ALTER TABLE messages ADD n bigint UNIQUE`, "constraint"},
		{`ALTER TABLE messages ALTER COLUMN body TYPE varchar(4000)`, "writes"},
		{`ALTER TABLE messages ALTER body SET DATA TYPE bytea USING body::bytea`, "writes"},
		{`ALTER TABLE messages ALTER body SET NOT NULL`, "writes"},
		{`ALTER TABLE messages SET UNLOGGED`, "writes"},
		{`ALTER TABLE messages RENAME body TO words`, "writes"},
		{`ALTER TABLE messages ADD CONSTRAINT c CHECK (id > 0)`, "NOT VALID"},
		{`ALTER TABLE messages ADD FOREIGN KEY (room) REFERENCES rooms (name)`, "NOT VALID"},
		{`ALTER TABLE messages ADD COLUMN a text, ADD UNIQUE (a)`, "NOT VALID"},
		{`ALTER TABLE messages ADD a text; ALTER TABLE messages VALIDATE CONSTRAINT c`, "alone"},
		{`ALTER TABLE messages ADD CONSTRAINT c CHECK (id > 0) NOT VALID, VALIDATE CONSTRAINT c`, "alone"},
		{`CREATE INDEX a ON messages (body)`, "CONCURRENTLY"},
		{`CREATE UNIQUE INDEX IF NOT EXISTS a ON ONLY messages USING btree (body)`, "CONCURRENTLY"},
		{`CREATE INDEX CONCURRENTLY a ON messages (body); SELECT 1`, "alone"},
		{`UPDATE messages SET body = ''`, "reads or writes"},
		{`DELETE FROM message_versions`, "reads or writes"},
		{`INSERT INTO counts SELECT room, count(*) FROM messages GROUP BY room`, "reads or writes"},
		{`CREATE TABLE copy AS SELECT * FROM messages`, "reads or writes"},
		{`REINDEX TABLE messages`, "reads or writes"},
		{`LOCK TABLE messages`, "reads or writes"},
		{`DO $$BEGIN UPDATE messages SET body = ''; END$$`, "block"},
		{`DO 'BEGIN NULL; END'`, "block"},
		{`CREATE TABLE more (LIKE messages INCLUDING ALL); ALTER TABLE messages ALTER id TYPE numeric`, "writes"},
	} {
		refused := refusals(row.sql)
		switch {
		case row.why == "" && len(refused) > 0:
			t.Errorf("%s: refused: %s", row.sql, refused[0].why)
		case row.why != "" && (len(refused) == 0 || !strings.Contains(refused[0].why, row.why)):
			t.Errorf("%s: %+v, want %q", row.sql, refused, row.why)
		}
	}
}
