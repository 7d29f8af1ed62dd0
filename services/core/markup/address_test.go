package markup

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// The page makes links of plain text, the server of marked up text: they must
// find the same.
func TestAddressesAreThePages(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("../../messages/web/test/links.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Body  string
		Links []string
	}
	if err := json.Unmarshal(table, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		found := []string{}
		for i := 0; i < len(c.Body); i++ {
			if start, end, ok := address(c.Body, i); ok {
				found = append(found, c.Body[start:end])
				i = end
			}
		}
		if !slices.Equal(found, c.Links) {
			t.Errorf("in %q are %q, want %q", c.Body, found, c.Links)
		}
		if Links(c.Body) != (len(c.Links) > 0) {
			t.Errorf("Links(%q) is wrong", c.Body)
		}
		html := Render(c.Body+" *x*", nil)
		if got := strings.Count(html, "<a "); got != len(c.Links) {
			t.Errorf("Render(%q) has %d links, want %d: %s", c.Body, got, len(c.Links), html)
		}
	}
}

func TestHref(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://x.example": "https://x.example", "HTTP://X/Ä": "http://X/%C3%84", "mailto:a@b": "mailto:a@b",
		"http:x": "", "//x.example": "", "/x": "", "x": "", "": "", "javascript:x": "", "jAvascript://x": "", "data:x": "",
		"vbscript:x": "", "file:///x": "", "ftp://x": "", "mailto:": "", "https://": "", "https://[::1": "", " https://x": "",
		"java\nscript:x": "", "blob:https://x": "", "view-source:https://x": "",
	} {
		if got, ok := href(address); got != want || ok != (want != "") {
			t.Errorf("href(%q) = %q, %v", address, got, ok)
		}
	}
}
