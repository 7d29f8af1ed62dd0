package web

import (
	"regexp"
	"strings"
)

// device is what somebody signed in with, in words.
type device struct {
	Name string // "Firefox on Linux"
	Icon string // computer, phone or program
}

// A word in the user agent, and what it stands for. The first that is found
// counts: browsers claim to be those that came before them.
var (
	browsers = [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Vivaldi/", "Vivaldi"}, {"SamsungBrowser/", "Samsung Internet"},
		{"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chromium/", "Chromium"},
		{"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
	systems = [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"CrOS", "ChromeOS"},
		{"Windows", "Windows"}, {"Macintosh", "Mac"}, {"Linux", "Linux"}, {"BSD", "BSD"},
	}
	programs = [][2]string{
		{"Go-http-client/", "A Go program"}, {"python-", "A Python program"}, {"Python", "A Python program"},
		{"node", "A Node.js program"}, {"okhttp/", "An app"},
	}
	held = map[string]bool{"iPhone": true, "iPad": true, "Android": true}
)

// product is how a program says what it is: "curl/7.88.1".
var product = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9._-]{0,31})(/|$)`)

// deviceOf reads a user agent, which may be anything.
func deviceOf(userAgent string) device {
	browser, system := first(browsers, userAgent), first(systems, userAgent)
	icon := "computer"
	if held[system] {
		icon = "phone"
	}
	switch {
	case browser != "" && system != "":
		return device{browser + " on " + article(system), icon}
	case browser != "":
		return device{browser, icon}
	}
	if program := first(programs, userAgent); program != "" {
		return device{program, "program"}
	}
	if m := product.FindStringSubmatch(userAgent); m != nil && m[1] != "Mozilla" {
		return device{m[1], "program"}
	}
	if system != "" {
		return device{"A browser on " + article(system), icon}
	}
	return device{"An unknown device", icon}
}

func first(words [][2]string, text string) string {
	for _, w := range words {
		if strings.Contains(text, w[0]) {
			return w[1]
		}
	}
	return ""
}

// article is for the systems that are named by the thing.
func article(system string) string {
	switch system {
	case "iPhone", "iPad":
		return "an " + system
	case "Mac":
		return "a " + system
	}
	return system
}
