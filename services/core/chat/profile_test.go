package chat

import "testing"

func TestWhatProfilesHave(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		valid func(string) bool
		good  []string
		bad   []string
	}{
		{"time zone", ValidTimeZone, []string{"", "UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3"},
			[]string{"Local", "Moon/Sea", "../Europe/Berlin", "/etc/passwd", "Europe//Berlin", "europe/berlin\x00", "Europe/Berlin/x/y", " UTC"}},
		{"language", ValidLanguage, []string{"", "de", "en-GB", "zh-Hant-TW", "es-419"}, []string{"e", "EN", "de-", "de_DE", "x-private", "<b>", "en-GB-oed"}},
		{"theme", ValidTheme, []string{"", "light", "dark"}, []string{"Dark", "pink"}},
		{"avatar", ValidAvatar, []string{"", "00112233445566778899aabbccddeeff"}, []string{"0", "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeef\n"}},
	} {
		for _, value := range row.good {
			if !row.valid(value) {
				t.Errorf("%s %q is not valid", row.name, value)
			}
		}
		for _, value := range row.bad {
			if row.valid(value) {
				t.Errorf("%s %q is valid", row.name, value)
			}
		}
	}
}

func FuzzProfile(f *testing.F) {
	for _, seed := range []string{"Europe/Berlin", "../x", "zh-Hant-TW", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, valid := range []func(string) bool{ValidTimeZone, ValidLanguage, ValidTheme} {
			if valid(value) && (len(value) > maxZone || Shows(value) != (value != "")) {
				t.Errorf("%q is valid", value)
			}
		}
	})
}
