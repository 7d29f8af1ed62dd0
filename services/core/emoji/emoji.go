// Package emoji knows which strings are one emoji: those that Unicode
// recommends for interchange (RGI), with their skin tones, sequences and flags.
package emoji

import (
	_ "embed"
	"strings"
	"sync"
)

// table has every emoji, fully qualified, one a line. It is made of
// emojibase-data 17.0.0 by generate.mjs; its licence (MIT) is in emoji.LICENSE.
//
//go:embed emoji.txt
var table string

// presentation (U+FE0F) asks for a picture of what may be shown as text too.
// Keyboards and programs disagree about where to put it.
const presentation = "\ufe0f"

// longest is the length of the longest emoji, in bytes, and then some.
const longest = 64

// canonical are the emojis by what they are without presentation.
var canonical = sync.OnceValue(func() map[string]string {
	all := make(map[string]string, strings.Count(table, "\n"))
	for emoji := range strings.Lines(table) {
		emoji = strings.TrimSuffix(emoji, "\n")
		all[bare(emoji)] = emoji
	}
	return all
})

// Canonical returns the form in which s is stored, so that ❤ with and without
// U+FE0F are one; ok is false if s is not exactly one emoji.
func Canonical(s string) (emoji string, ok bool) {
	if len(s) > longest || strings.HasPrefix(s, presentation) || strings.Contains(s, presentation+presentation) {
		return "", false
	}
	emoji, ok = canonical()[bare(s)]
	return emoji, ok
}

// Valid reports whether s is exactly one emoji, in any of its forms.
func Valid(s string) bool {
	_, ok := Canonical(s)
	return ok
}

func bare(s string) string { return strings.ReplaceAll(s, presentation, "") }
