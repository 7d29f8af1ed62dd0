package web

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/core/emoji"
)

// maxBig is how many emoji are shown big, where there is nothing else.
const maxBig = 3

// maxEmoji is the length of the longest emoji, in bytes.
const maxEmoji = 64

// letters are of no emoji, and of nearly all messages.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// isBigEmoji reports whether body is nothing but one to three emoji, as
// js/model/bigemoji.js does; both are held to test/bigemoji.json.
func isBigEmoji(body string) bool {
	if len(body) > 2*maxBig*maxEmoji || strings.ContainsAny(body, letters) {
		return false
	}
	rest := strings.Join(strings.FieldsFunc(body, unicode.IsSpace), "")
	for n := 0; rest != ""; n++ {
		size := emojiAt(rest)
		if size == 0 || n == maxBig {
			return false
		}
		rest = rest[size:]
	}
	return body != "" && strings.TrimSpace(body) != ""
}

// emojiAt returns the length of the longest emoji that s begins with.
func emojiAt(s string) int {
	for size := min(len(s), maxEmoji); size > 0; size-- {
		if (size == len(s) || utf8.RuneStart(s[size])) && emoji.Valid(s[:size]) {
			return size
		}
	}
	return 0
}
