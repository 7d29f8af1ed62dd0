package demo

import (
	"embed"
	"fmt"
	"strings"
)

// What is said. An exchange is a few lines, by people who are called A to D:
//
//	A pin +🎉👍👍: What is said, ⏎ with line breaks as arrows
//	B reply edit: before => after
//
// The words before the colon say what becomes of the message: pin, edit, delete
// and reactions; reply answers the first line of the exchange, thread begins a
// thread to which the replies belong. Braces hold what changes each time.
//
//go:embed talk/*.txt
var talks embed.FS

// line is one message of an exchange.
type line struct {
	speaker      int // 0 is A
	text, edited string
	pin, delete  bool
	reply        bool
	thread       bool     // it begins one
	reactions    []string // one emoji for each person who reacts
}

// read returns the exchanges of files.
func read(names []string) (exchanges [][]line, err error) {
	for _, name := range names {
		text, err := talks.ReadFile("talk/" + name + ".txt")
		if err != nil {
			return nil, fmt.Errorf("read what is said: %w", err)
		}
		for block := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
			var exchange []line
			for l := range strings.SplitSeq(block, "\n") {
				parsed, err := parse(l)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				exchange = append(exchange, parsed)
			}
			exchanges = append(exchanges, exchange)
		}
	}
	return exchanges, nil
}

func parse(text string) (l line, err error) {
	head, body, ok := strings.Cut(text, ": ")
	words := strings.Fields(head)
	if !ok || len(words) == 0 || len(words[0]) != 1 || words[0][0] < 'A' || words[0][0] > 'D' {
		return line{}, fmt.Errorf("no line of an exchange: %q", text)
	}
	l.speaker, l.text = int(words[0][0]-'A'), strings.ReplaceAll(body, "⏎", "\n")
	for _, word := range words[1:] {
		switch {
		case word == "pin":
			l.pin = true
		case word == "delete":
			l.delete = true
		case word == "reply":
			l.reply = true
		case word == "thread":
			l.thread = true
		case word == "edit":
			l.text, l.edited, _ = strings.Cut(l.text, " => ")
		case strings.HasPrefix(word, "+"):
			l.reactions = emojis(word[1:])
		default:
			return line{}, fmt.Errorf("unknown word %q: %q", word, text)
		}
	}
	return l, nil
}

// emojis takes a row of emoji apart: what follows one and can't stand by itself
// belongs to it.
func emojis(s string) (all []string) {
	for _, r := range s {
		if last := len(all) - 1; r == '\ufe0f' && last >= 0 {
			all[last] += string(r)
		} else {
			all = append(all, string(r))
		}
	}
	return all
}
