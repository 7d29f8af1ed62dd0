// Package upgrade tries what an operator does with a new release: it starts the
// release before, migrates under it, replaces one replica after the other, and
// goes all the way back on the new schema. People post, change messages, listen,
// and go in and out of rooms all the while; package history judges what they saw.
package upgrade
