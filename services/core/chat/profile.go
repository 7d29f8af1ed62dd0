package chat

import (
	"regexp"
	"time"
	_ "time/tzdata" // the names of time zones, wherever a service runs
)

var (
	avatarName = regexp.MustCompile(`^([0-9a-f]{32})?$`)
	zoneName   = regexp.MustCompile(`^[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}$`)
	// languageTag is as much of a language tag as dates need (RFC 5646): language,
	// script, region.
	languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$`)
)

// maxZone is how long the name of a time zone is at most.
const maxZone = 64

// ValidAvatar reports whether digest names a picture, or none.
func ValidAvatar(digest string) bool { return avatarName.MatchString(digest) }

// ValidTimeZone reports whether name is a time zone of the IANA database; "" is
// none in particular.
func ValidTimeZone(name string) bool {
	if name == "" {
		return true
	}
	if len(name) > maxZone || !zoneName.MatchString(name) || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// ValidLanguage reports whether tag is the tag of a language; "" is none in
// particular.
func ValidLanguage(tag string) bool { return tag == "" || languageTag.MatchString(tag) }

// The themes; none is as the system says.
const (
	ThemeLight = "light"
	ThemeDark  = "dark"
)

// ValidTheme reports whether theme is one, or none.
func ValidTheme(theme string) bool { return theme == "" || theme == ThemeLight || theme == ThemeDark }
