package web

import "slices"

// zones are the time zones that are offered; the script offers all that the
// browser knows.
var zones = []string{
	"Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi",
	"America/Argentina/Buenos_Aires", "America/Bogota", "America/Chicago", "America/Denver", "America/Halifax", "America/Los_Angeles",
	"America/Mexico_City", "America/New_York", "America/Santiago", "America/Sao_Paulo", "America/Toronto", "America/Vancouver",
	"Asia/Bangkok", "Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila",
	"Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Taipei", "Asia/Tehran", "Asia/Tokyo",
	"Australia/Melbourne", "Australia/Perth", "Australia/Sydney",
	"Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon",
	"Europe/London", "Europe/Madrid", "Europe/Moscow", "Europe/Paris", "Europe/Prague", "Europe/Rome", "Europe/Stockholm", "Europe/Vienna",
	"Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu", "UTC",
}

// language is one for dates, by its own name.
type language struct{ Tag, Name string }

var languages = []language{
	{"ar", "العربية"}, {"cs", "Čeština"}, {"da", "Dansk"}, {"de", "Deutsch"}, {"el", "Ελληνικά"}, {"en-GB", "English (UK)"}, {"en-US", "English (US)"},
	{"es", "Español"}, {"fi", "Suomi"}, {"fr", "Français"}, {"he", "עברית"}, {"hi", "हिन्दी"}, {"hu", "Magyar"}, {"id", "Bahasa Indonesia"}, {"it", "Italiano"},
	{"ja", "日本語"}, {"ko", "한국어"}, {"nb", "Norsk bokmål"}, {"nl", "Nederlands"}, {"pl", "Polski"}, {"pt-BR", "Português (Brasil)"}, {"pt-PT", "Português (Portugal)"},
	{"ro", "Română"}, {"ru", "Русский"}, {"sv", "Svenska"}, {"th", "ไทย"}, {"tr", "Türkçe"}, {"uk", "Українська"}, {"vi", "Tiếng Việt"}, {"zh-CN", "中文（简体）"}, {"zh-TW", "中文（繁體）"},
}

// languagesWith are those that are offered, and the chosen one if it is another.
func languagesWith(chosen string) []language {
	if chosen == "" || slices.ContainsFunc(languages, func(l language) bool { return l.Tag == chosen }) {
		return languages
	}
	return append([]language{{chosen, chosen}}, languages...)
}
