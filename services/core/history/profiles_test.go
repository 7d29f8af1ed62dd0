package history

import (
	"testing"

	"parley/core/chat"
	"parley/core/wire"
)

// How people are shown is on the logs of rooms among messages, each once, for
// those who are in them.
func TestProfilesAreReplayed(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, err := s.pool.Exec(t.Context(), `
		INSERT INTO memberships (username, room, revision, member) VALUES ('bob', 'launch', 90, false);
		INSERT INTO room_profiles (room, username, revision, version) VALUES ('launch', 'ada', 4, 2), ('launch', 'bob', 8, 1);
		UPDATE rooms SET profiled = 8 WHERE name = 'launch';
		UPDATE users SET display_name = 'Ada', status_emoji = '🌴' WHERE username = 'ada'`)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		at    chat.Position
		limit int
		want  string
		upto  chat.Position
	}{
		{0, 100, "2@2 3@3 ada@4 5@5 1@6 7@7 room@8 9@9", 9}, // bob has left
		{3, 1, "ada@4", 4},
		{3, 2, "ada@4 5@5", 5},
		{4, 100, "5@5 1@6 7@7 room@8 9@9", 9},
	} {
		page, err := s.After(t.Context(), "launch", row.at, row.limit)
		if err != nil || positions(page.Events) != row.want || page.Upto != row.upto {
			t.Errorf("after %d: %s up to %d, %v; want %s up to %d", row.at, positions(page.Events), page.Upto, err, row.want, row.upto)
		}
	}
	page, err := s.After(t.Context(), "launch", 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"profile","revision":4,"room":"launch","username":"ada","version":2,"display_name":"Ada","status_emoji":"🌴"}`
	if got := string(page.Events[0].AppendJSON(nil)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	pages, err := s.Latest(t.Context(), []wire.Topic{"launch"}, 100, 1<<20)
	if err != nil || positions(pages["launch"].Events) != "2@2 3@3 ada@4 5@5 1@6 7@7 room@8 9@9" {
		t.Errorf("the latest are %s, %v", positions(pages["launch"].Events), err)
	}
	// One that a later change has moved above the head which the page was read at
	// is passed over, as all that is superseded.
	if _, err := s.pool.Exec(t.Context(), `UPDATE room_profiles SET revision = 10 WHERE username = 'ada'`); err != nil {
		t.Fatal(err)
	}
	if page, err := s.After(t.Context(), "launch", 0, 100); err != nil || positions(page.Events) != "2@2 3@3 5@5 1@6 7@7 room@8 9@9" {
		t.Errorf("%s, %v", positions(page.Events), err)
	}
}
