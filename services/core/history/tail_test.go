package history

import (
	"fmt"
	"strings"
	"testing"

	"parley/core/chat"
)

func TestTails(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, sql := range []string{
		`UPDATE messages SET mentions = '{bob,@here}' WHERE room = 'launch' AND id = 7`,
		`UPDATE messages SET deleted_at = now(), body = '' WHERE room = 'launch' AND id = 5`,
		`UPDATE messages SET thread = 1 WHERE room = 'launch' AND id = 3`,
	} {
		if _, err := s.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		after chat.Position
		limit int
		want  string
	}{
		{0, 100, "head 9 from 0: 9 7[bob @here] 5- 2 1"},
		{5, 100, "head 9 from 5: 9 7[bob @here]"},
		{0, 3, "head 9 from 4: 9 7[bob @here] 5-"},
		{0, 2, "head 9 from 6: 9 7[bob @here]"},
		{9, 2, "head 9 from 9:"},
	} {
		tails, err := s.Tails(t.Context(), []string{"launch", "nowhere", "general"}, []chat.Position{row.after, 0, 0}, row.limit)
		if err != nil || len(tails) != 2 || len(tails["general"].Said) != 0 {
			t.Fatalf("%v, %v", tails, err)
		}
		got := fmt.Sprintf("head %d from %d:", tails["launch"].Head, tails["launch"].From)
		for _, one := range tails["launch"].Said {
			got += fmt.Sprint(" ", one.ID)
			if one.Mentions != nil {
				got += "[" + strings.Join(one.Mentions, " ") + "]"
			}
			if one.Deleted {
				got += "-"
			}
			if one.Username != "ada" {
				t.Errorf("%d was said by %q", one.ID, one.Username)
			}
		}
		if got != row.want {
			t.Errorf("after %d, at most %d: %s, want %s", row.after, row.limit, got, row.want)
		}
	}
}
