// Package slab allocates what lives as long as a stream, many at once.
//
// A handshake makes some 50 KB of garbage, of which the open stream keeps less
// than one. Small things that stay, strewn among that garbage, keep whole pages
// of it from being returned to the system. So they lie together.
package slab

import (
	"reflect"
	"strings"
)

// span is how much is allocated at once: what Go takes from the system in one
// piece, less its own word. So nothing is lost beside it, and it is returned alone.
const span = 8<<10 - 8

// Slab is memory for things of one kind. It is returned to the system when all
// that were allocated together are garbage. The zero Slab is ready; it is not
// safe for use by several goroutines at once.
type Slab[T any] struct {
	free []T
}

// New returns the memory of an empty thing.
func (s *Slab[T]) New() *T {
	if len(s.free) == 0 {
		s.free = make([]T, max(1, span/reflect.TypeFor[T]().Size()))
	}
	one := &s.free[0]
	s.free = s.free[1:]
	return one
}

// chunk is how many bytes of names are allocated at once.
const chunk = 4 << 10

// Names is memory for short strings, with the properties of a [Slab].
type Names struct {
	current *strings.Builder
}

// Keep returns s in memory that it shares with other names.
func (n *Names) Keep(s string) string {
	if n.current == nil || n.current.Cap()-n.current.Len() < len(s) {
		if len(s) > chunk {
			return s
		}
		n.current = &strings.Builder{}
		n.current.Grow(chunk)
	}
	start := n.current.Len()
	n.current.WriteString(s) // within its capacity: what is there doesn't move
	return n.current.String()[start:]
}
