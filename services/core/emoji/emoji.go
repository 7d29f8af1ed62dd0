// Package emoji knows what an emoji is.
package emoji

// Canonical returns an emoji in the form in which it is stored; ok is false for
// what is none.
func Canonical(s string) (canonical string, ok bool) { return s, s != "" && len(s) <= 64 }
