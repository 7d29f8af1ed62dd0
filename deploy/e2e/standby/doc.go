// Package standby loses Postgres, and has a streaming replica take its place:
// what docs/operating.md says of it. People post, change messages, listen, and go
// in and out of rooms all the while; package history judges what they saw.
package standby
