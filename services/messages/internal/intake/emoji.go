package intake

import (
	"regexp"
	"strings"
	"sync"

	"parley/core/emoji"
	"parley/messages/web"
)

var shortcodes = sync.OnceValues(web.Shortcodes)

// skinTones are what Slack and Mattermost call the modifiers U+1F3FB to U+1F3FF.
var skinTones = map[string]string{
	"skin-tone-2": "🏻", "skin-tone-3": "🏼", "skin-tone-4": "🏽", "skin-tone-5": "🏾", "skin-tone-6": "🏿",
	"light_skin_tone": "🏻", "medium_light_skin_tone": "🏼", "medium_skin_tone": "🏽", "medium_dark_skin_tone": "🏾", "dark_skin_tone": "🏿",
}

// Emoji returns the emoji of a name that people type between colons, with its
// tone of skin: "+1", "wave::skin-tone-4", "wave_medium_skin_tone". ok is false
// for one that somebody has drawn.
func Emoji(name string) (found string, ok bool) {
	all, err := shortcodes()
	if err != nil {
		return "", false
	}
	base, tone, _ := strings.Cut(name, "::")
	if found, ok = all[base]; ok {
		return toned(found, tone), true
	}
	for suffix := range skinTones {
		if plain, found := strings.CutSuffix(name, "_"+suffix); found && all[plain] != "" {
			return toned(all[plain], suffix), true
		}
	}
	return "", false
}

// toned returns the emoji with the tone, if it comes in it.
func toned(found, tone string) string {
	if with, ok := emoji.Canonical(found + skinTones[tone]); ok {
		return with
	}
	return found
}

// shortcode is a name between colons that stands by itself.
var shortcode = regexp.MustCompile(`(^|[^\w:]):([a-z0-9_+-]+(?:::skin-tone-[2-6])?):`)

// Emojify puts emojis in the place of their names in text that is not code.
func Emojify(text string) string {
	if !strings.Contains(text, ":") {
		return text
	}
	for range 2 { // neighbours share the character between them
		text = shortcode.ReplaceAllStringFunc(text, func(found string) string {
			at := strings.IndexByte(found, ':')
			if e, ok := Emoji(found[at+1 : len(found)-1]); ok {
				return found[:at] + e
			}
			return found
		})
	}
	return text
}
