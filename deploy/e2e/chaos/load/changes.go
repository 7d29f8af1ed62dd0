package load

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/wire"
	"parley/deploy/e2e/history"
)

// Watch has Postgres itself write down every version of what can change, when
// it is made: what a later version supersedes is gone otherwise, and whether a
// stream may have left it out can't be told. It notes nothing of what is rolled
// back, and messages only once they change.
func Watch(ctx context.Context, databaseURL string) error {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return fmt.Errorf("connect to watch: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `
		CREATE TABLE IF NOT EXISTS chaos_changes (
			at       timestamptz NOT NULL DEFAULT clock_timestamp(),
			relation text NOT NULL,
			log      text COLLATE "C" NOT NULL,
			version  jsonb NOT NULL
		);
		CREATE INDEX IF NOT EXISTS chaos_changes_log ON chaos_changes (log);
		CREATE OR REPLACE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
		BEGIN
			IF TG_TABLE_NAME = 'messages' AND to_jsonb(OLD)->>'revision' = to_jsonb(OLD)->>'id' THEN
				INSERT INTO chaos_changes (at, relation, log, version)
				VALUES (OLD.created_at, TG_TABLE_NAME, TG_ARGV[0] || (to_jsonb(OLD)->>TG_ARGV[1]), to_jsonb(OLD));
			END IF;
			INSERT INTO chaos_changes (relation, log, version)
			VALUES (TG_TABLE_NAME, TG_ARGV[0] || (to_jsonb(NEW)->>TG_ARGV[1]), to_jsonb(NEW));
			RETURN NULL;
		END $$;
		CREATE OR REPLACE TRIGGER chaos_note AFTER UPDATE ON messages
			FOR EACH ROW WHEN (OLD.revision <> NEW.revision) EXECUTE FUNCTION chaos_note('', 'room');
		CREATE OR REPLACE TRIGGER chaos_note AFTER UPDATE ON rooms
			FOR EACH ROW WHEN (OLD.revision <> NEW.revision) EXECUTE FUNCTION chaos_note('', 'name');
		CREATE OR REPLACE TRIGGER chaos_note AFTER UPDATE ON users
			FOR EACH ROW WHEN (OLD.revision <> NEW.revision) EXECUTE FUNCTION chaos_note('@', 'username');
		CREATE OR REPLACE TRIGGER chaos_joined AFTER INSERT ON memberships
			FOR EACH ROW EXECUTE FUNCTION chaos_note('@', 'username');
		CREATE OR REPLACE TRIGGER chaos_note AFTER UPDATE ON memberships
			FOR EACH ROW WHEN (OLD.revision <> NEW.revision) EXECUTE FUNCTION chaos_note('@', 'username')`); err != nil {
		return fmt.Errorf("watch changes: %w", err)
	}
	return nil
}

// version is a row of one of the tables, as JSON of Postgres.
type version struct {
	ID          chat.Position
	Revision    chat.Position
	Username    string
	Body        string
	ClientID    string    `json:"client_id"`
	CreatedAt   time.Time `json:"created_at"`
	HTML        string
	EditedAt    time.Time     `json:"edited_at"`
	DeletedAt   *time.Time    `json:"deleted_at"`
	ReplyTo     chat.Position `json:"reply_to"`
	Thread      chat.Position
	Mentions    []string
	Reactions   []chat.Reaction
	PinnedAt    time.Time `json:"pinned_at"`
	PinnedBy    string    `json:"pinned_by"`
	Kind        chat.Kind
	Title       string
	Topic       string
	ArchivedAt  *time.Time `json:"archived_at"`
	DisplayName string     `json:"display_name"`
	Role        chat.Role
	Room        string
	Member      bool
	Moderator   bool
	Joined      chat.Position
	Read        chat.Position
	Notify      chat.Level
}

// place is what never changes of a room.
type place struct {
	kind   chat.Kind
	people []string
}

// row returns what a version says as the row of a history.
func (v *version) row(relation, log string, places map[string]place) (*history.Row, error) {
	var event wire.Event
	switch relation {
	case "messages":
		event = &chat.Message{
			ID: v.ID, Revision: v.Revision, Room: log, Username: v.Username, Body: v.Body,
			CreatedAt: v.CreatedAt, ClientID: v.ClientID, HTML: v.HTML, EditedAt: v.EditedAt, Deleted: v.DeletedAt != nil,
			ReplyTo: v.ReplyTo, Thread: v.Thread, Reactions: v.Reactions, Mentions: v.Mentions,
			PinnedAt: v.PinnedAt, PinnedBy: v.PinnedBy,
		}
	case "rooms":
		event = &wire.Room{
			Revision: v.Revision, Room: log, Kind: v.Kind, Title: v.Title, Topic: v.Topic, Archived: v.ArchivedAt != nil,
		}
	case "users":
		event = &wire.Person{Revision: v.Revision, Username: v.Username, DisplayName: v.DisplayName, Role: v.Role}
	case "memberships":
		event = &wire.Membership{
			Revision: v.Revision, Room: v.Room, Kind: places[v.Room].kind, Member: v.Member, Moderator: v.Moderator,
			Joined: v.Joined, Read: v.Read, Notify: v.Notify, People: places[v.Room].people,
		}
	default:
		return nil, fmt.Errorf("nobody knows what a log holds of %s", relation)
	}
	row := history.RowOf(wire.Topic(log), event)
	return &row, nil
}

func parseVersion(relation, log, text string, places map[string]place) (*history.Row, error) {
	var v version
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, fmt.Errorf("read a version of %s: %w", relation, err)
	}
	return v.row(relation, log, places)
}
