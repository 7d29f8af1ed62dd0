package slack

import (
	"regexp"
	"strings"

	"parley/messages/internal/intake"
)

// words turns Slack's mrkdwn into Markdown.
//
// https://docs.slack.dev/messaging/formatting-message-text
type words struct {
	people map[string]string // usernames by id
	rooms  map[string]string // names by id
}

var (
	// tag is <@U1>, <#C1|general>, <!here>, <https://…|text>.
	tag = regexp.MustCompile(`<([^<>|\n][^<>\n]*)>`)
	// code is what is between backquotes, and keeps all its characters.
	code = regexp.MustCompile("(?s)```.*?```|`[^`\n]+`")

	bold    = emphasis(`*`, `~`)
	strike  = emphasis(`~`, `*`)
	heading = regexp.MustCompile(`(?m)^(#{1,6} )`)
	bullet  = regexp.MustCompile(`(?m)^(\s*)[•◦▪] ?`)

	entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// emphasis is text between two marks that stand at the edges of words; the other
// mark may stand around it.
func emphasis(mark, other string) *regexp.Regexp {
	return regexp.MustCompile(`(^|[\s(\["'_>` + other + `])` + `\` + mark + `([^\s` + mark + `](?:[^\n` + mark + `]*[^\s` + mark + `])?)\` + mark + `($|[\s)\]"'_.,:;!?<` + other + `])`)
}

// markdown returns text as Markdown.
func (w words) markdown(text string) string {
	var b strings.Builder
	rest := 0
	for _, at := range code.FindAllStringIndex(text, -1) {
		before, found := text[rest:at[0]], text[at[0]:at[1]]
		b.WriteString(w.prose(before))
		block := strings.HasPrefix(found, "```")
		if block && at[0] > 0 && text[at[0]-1] != '\n' {
			b.WriteByte('\n')
		}
		b.WriteString(w.code(found))
		if rest = at[1]; block && rest < len(text) && text[rest] != '\n' {
			b.WriteByte('\n')
		}
	}
	b.WriteString(w.prose(text[rest:]))
	return b.String()
}

// code returns what is between backquotes. A block has its fences on lines of
// their own.
func (w words) code(text string) string {
	text = entities.Replace(tag.ReplaceAllStringFunc(text, func(t string) string { return w.tag(t, false) }))
	inside, block := strings.CutPrefix(text, "```")
	if !block {
		return text
	}
	inside = strings.TrimSuffix(inside, "```")
	return "```\n" + strings.Trim(inside, "\n") + "\n```"
}

// prose returns what is not code. A mark that would mean something in Markdown,
// and meant nothing in Slack, is left alone where that is rare.
func (w words) prose(text string) string {
	if !strings.ContainsAny(text, "#•◦▪*~<:&") { // most texts; each expression takes long
		return text
	}
	text = heading.ReplaceAllString(text, `\$1`)
	text = bullet.ReplaceAllString(text, "$1- ")
	if strings.ContainsAny(text, "*~") {
		for range 2 { // neighbours share the character between them
			text = bold.ReplaceAllString(text, "$1**$2**$3")
			text = strike.ReplaceAllString(text, "$1~~$2~~$3")
		}
	}
	text = tag.ReplaceAllStringFunc(text, func(t string) string { return w.tag(t, true) })
	return intake.Emojify(entities.Replace(text))
}

// plain returns text for where there is no formatting.
func (w words) plain(text string) string {
	return entities.Replace(tag.ReplaceAllStringFunc(text, func(t string) string { return w.tag(t, false) }))
}

// tag returns what is between angle brackets. rich says that it may be a link
// with a text of its own.
func (w words) tag(t string, rich bool) string {
	to, text, named := strings.Cut(t[1:len(t)-1], "|")
	switch to[0] {
	case '@':
		return "@" + w.known(w.people, to[1:], text)
	case '#':
		return "#" + w.known(w.rooms, to[1:], text)
	case '!':
		return group(to[1:], text)
	}
	address := strings.TrimPrefix(strings.TrimPrefix(to, "mailto:"), "tel:")
	switch {
	case !named || text == to || text == address || !rich:
		return address
	case !strings.Contains(to, "://"):
		return text
	}
	return link(to, text)
}

func (w words) known(names map[string]string, id, text string) string {
	if name, ok := names[id]; ok {
		return name
	}
	if text != "" {
		return text
	}
	return strings.ToLower(id)
}

// group returns whom <!here>, <!channel> and <!subteam^S1|@team> mean, or the text
// of <!date^1392734382^…|text>.
func group(to, text string) string {
	switch to {
	case "here":
		return "@here"
	case "channel", "everyone", "group":
		return "@room"
	}
	if text != "" {
		return text
	}
	kind, _, _ := strings.Cut(to, "^")
	return kind
}

var (
	inText    = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "\n", " ")
	inAddress = strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "<", "%3C", ">", "%3E")
)

// link returns a link in Markdown.
func link(address, text string) string {
	address = entities.Replace(address)
	if text == "" || text == address {
		return address
	}
	return "[" + inText.Replace(text) + "](" + inAddress.Replace(address) + ")"
}
