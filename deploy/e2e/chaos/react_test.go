package chaos

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/deploy/e2e/client"
)

const (
	reacting    = 500
	mostEvents  = 50 // that a reader gets of it
	crowdReader = 8
)

// Five hundred people react to one message at once, by two replicas. Who reads
// the room gets few events of it; and in the end all have reacted.
func TestCrowdReactsToOneMessage(t *testing.T) {
	people, err := populate(patient(t), reacting)
	if err != nil {
		t.Fatal(err)
	}
	maker := scene.Site.Users[0]
	room := fmt.Sprintf("reacted-%d", time.Now().UnixNano())
	if err := maker.CreateRoom(patient(t), room); err != nil {
		t.Fatal(err)
	}
	if err := enroll(patient(t), room, people); err != nil {
		t.Fatal(err)
	}
	id, err := maker.Post(patient(t), room, "we have done it", "")
	if err != nil {
		t.Fatal(err)
	}
	var readers []*client.Follower
	for range crowdReader {
		reader := maker.Follow(t.Context(), room, 0)
		if err := reader.AwaitReady(patient(t)); err != nil {
			t.Fatal(err)
		}
		readers = append(readers, reader)
	}
	took := together(t, people, reacting, func(ctx context.Context, person *client.User) error {
		_, err := person.React(ctx, room, id, "🎉", true)
		return err
	})
	page, err := maker.Messages(patient(t), room, "limit=1")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d people reacted in %s, at %d positions", reacting, took, page.Head-id)
	for _, reader := range readers {
		checkReader(t, reader, page.Head)
	}
	all, err := page.Messages.Read()
	if err != nil {
		t.Fatal(err)
	}
	if n := reactedBy(all[0]); n != reacting {
		t.Errorf("the history has reactions of %d", n)
	}
}

func checkReader(t *testing.T, reader *client.Follower, head chat.Position) {
	t.Helper()
	if err := reader.AwaitPosition(patient(t), head); err != nil {
		t.Error(err)
	}
	seen, err := reader.Stop()
	if err != nil {
		t.Fatal(err)
	}
	if events := len(seen) - 1; events > mostEvents {
		t.Errorf("a reader got %d events, want %d at most", events, mostEvents)
	}
	if n := reactedBy(seen[len(seen)-1]); n != reacting {
		t.Errorf("the last of them has reactions of %d", n)
	}
}

// reactedBy returns how many people have reacted to a message, all with the same.
func reactedBy(m chat.Message) int {
	if len(m.Reactions) != 1 {
		return 0
	}
	different := make(map[string]bool)
	for _, name := range m.Reactions[0].People {
		different[name] = true
	}
	return len(different)
}

// enroll puts people who have nothing yet into a room, by SQL.
func enroll(ctx context.Context, room string, people []*client.User) error {
	names := make([]string, len(people))
	for i, person := range people {
		names[i] = person.Name
	}
	return (&Blow{Scene: scene}).sql(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `
			WITH headed AS (UPDATE users SET head = 1 WHERE username = ANY($1))
			INSERT INTO memberships (username, room, revision) SELECT name, $2, 1 FROM unnest($1::text[]) AS name`, names, room)
		if err != nil {
			return fmt.Errorf("put people into a room: %w", err)
		}
		return nil
	})
}
