package web

import (
	"hash/fnv"
	"html/template"
	"strings"
)

// funcs are what templates may call, beside asset.
var funcs = template.FuncMap{
	"tint":      tint,
	"zones":     func() []string { return zones },
	"languages": languagesWith,
	"device":    deviceOf,
	"ago":       ago,
	"until":     until,
	"date":      date,
	"stamp":     stamp,
	"role":      roleName,
	"presence":  presenceName,
	"roleHint":  roleHint,
	"plural":    plural,
}

// tints is how many colours avatars have: --tint-0 … in css/colors.css.
const tints = 8

// tint picks a user's colour, as js/model/tint.js does: the high
// byte of the FNV-1a sum of the name.
func tint(username string) uint32 {
	sum := fnv.New32a()
	sum.Write([]byte(username))
	return sum.Sum32() >> 24 % tints
}

// initial is the letter on a user's avatar. Usernames are ASCII.
func initial(username string) string {
	if username == "" {
		return "?"
	}
	return strings.ToUpper(username[:1])
}
