package account

import (
	_ "embed"
	"strings"
	"sync"
)

// commonest are the 10,000 commonest passwords of 8 bytes and more, one a line.
// They are those of @zxcvbn-ts/language-common 4.1.3, picked by common.mjs; its
// licence (MIT) is in common.LICENSE.
//
//go:embed common.txt
var commonest string

var isCommon = sync.OnceValue(func() map[string]bool {
	all := make(map[string]bool, strings.Count(commonest, "\n"))
	for line := range strings.Lines(commonest) {
		all[strings.TrimSuffix(line, "\n")] = true
	}
	return all
})

// guessable reports whether password is one of those that are tried first: a
// common one or the account's own name, in small letters or capitals.
func guessable(username, password string) bool {
	return strings.EqualFold(username, password) || isCommon()[strings.ToLower(password)]
}
