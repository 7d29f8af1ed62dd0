package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestParseCursor(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]Cursor{
		"":                     {"general", 0, CursorHead},
		"0":                    {"general", 0, CursorAfter},
		"42":                   {"general", 42, CursorAfter},
		"007":                  {"general", 7, CursorAfter},
		"9223372036854775807":  {"general", 9223372036854775807, CursorAfter},
		"9223372036854775808":  {"general", 0, CursorUnreadable},
		"99999999999999999999": {"general", 0, CursorUnreadable},
		"abc":                  {"general", 0, CursorUnreadable},
		"-1":                   {"general", 0, CursorUnreadable},
		"+1":                   {"general", 0, CursorUnreadable},
		" 1":                   {"general", 0, CursorUnreadable},
		"1 ":                   {"general", 0, CursorUnreadable},
		"1_0":                  {"general", 0, CursorUnreadable},
		"0x1":                  {"general", 0, CursorUnreadable},
		"１":                    {"general", 0, CursorUnreadable},
		"general:1":            {"general", 0, CursorUnreadable},
	} {
		if got := ParseCursor("general", value); got != want {
			t.Errorf("%q: %+v, want %+v", value, got, want)
		}
	}
}

func TestParseCursors(t *testing.T) {
	t.Parallel()
	many := make([]string, MaxCursors)
	for i := range many {
		many[i] = "r" + strconv.Itoa(i)
	}
	for _, row := range []struct {
		list, last string
		want       string // "!" for an error
	}{
		{"general:42", "", "general>42"},
		{"general:42,random:7", "", "general>42 random>7"},
		{"general,random:7", "", "general^ random>7"},
		{"general:,random:x", "", "general^ random?"},
		{"general:1,general:2", "", "general>1"},
		{"general:42,random:7", "random:9", "general>42 random>9"},
		{"general:42,random:7", "random:3", "general>42 random>3"},
		{"general:42", "other:9", "general>42 other>9"},
		{"@ada:7,general:42", "@ada:9", "@ada>9 general>42"},
		{"@a:7", "", "!"},
		{"", "general:9", "general>9"},
		{"general:42", "9", "general>42"},
		{"general:42", "general", "general>42"},
		{"general:42", "general:x", "general?"},
		{"", "", ""},
		{",", "", "!"},
		{"general:1,", "", "!"},
		{"General:1", "", "!"},
		{"general :1", "", "!"},
		{strings.Join(many, ","), "", strings.Join(many, "^ ") + "^"},
		{strings.Join(many, ",") + ",more", "", "!"},
	} {
		cursors, err := ParseCursors(row.list, row.last)
		if got := describe(cursors); err == nil && got != row.want || (err != nil) != (row.want == "!") {
			t.Errorf("%.60q, %q: %s, %v; want %s", row.list, row.last, got, err, row.want)
		}
	}
}

func describe(cursors []Cursor) string {
	var out []string
	for _, c := range cursors {
		switch c.Kind {
		case CursorHead:
			out = append(out, string(c.Topic)+"^")
		case CursorAfter:
			out = append(out, fmt.Sprintf("%s>%d", c.Topic, c.After))
		case CursorUnreadable:
			out = append(out, string(c.Topic)+"?")
		}
	}
	return strings.Join(out, " ")
}

func FuzzParseCursor(f *testing.F) {
	for _, seed := range []string{"", "0", "42", "007", "9223372036854775807", "9223372036854775808", "-1", "+1", "1e3", "１", "general:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		c := ParseCursor("general", value)
		digits := value != "" && strings.Trim(value, "0123456789") == ""
		switch {
		case c.Topic != "general" || c.After < 0 || (c.Kind == CursorHead) != (value == ""):
			t.Errorf("%q: %+v", value, c)
		case c.Kind == CursorAfter && (!digits || strings.TrimLeft(value, "0") != strings.TrimLeft(strconv.FormatInt(c.After, 10), "0")):
			t.Errorf("%q was taken for %d", value, c.After)
		case c.Kind == CursorUnreadable && digits && len(value) < 19:
			t.Errorf("%q is a position", value)
		}
	})
}

func FuzzParseCursors(f *testing.F) {
	for _, seed := range [][2]string{
		{"general:42,random:7", "random:9"}, {"general", ""}, {"general:-1", "general:"}, {",,,", ":"}, {"a:1,a:2,a", "a:99999999999999999999"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, list, last string) {
		cursors, err := ParseCursors(list, last)
		if err != nil {
			return
		}
		if len(cursors) > MaxCursors+1 {
			t.Errorf("%q: %d cursors", list, len(cursors))
		}
		var topics []Topic
		for _, c := range cursors {
			if !c.Topic.Valid() || c.After < 0 || slices.Contains(topics, c.Topic) {
				t.Errorf("%q, %q: %+v", list, last, cursors)
			}
			topics = append(topics, c.Topic)
		}
	})
}
