package web

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Shortcodes returns the emojis by the names that people type between colons.
func Shortcodes() (map[string]string, error) {
	data, err := files.ReadFile("static/data/shortcodes.json")
	if err != nil {
		return nil, fmt.Errorf("read shortcodes: %w", err)
	}
	var rows [][2]string // an emoji, and its names
	if err := json.Unmarshal(data, &rows); err != nil {
		return nil, fmt.Errorf("read shortcodes: %w", err)
	}
	all := make(map[string]string, 2*len(rows))
	for _, row := range rows {
		for name := range strings.FieldsSeq(row[1]) {
			all[name] = row[0]
		}
	}
	return all, nil
}
