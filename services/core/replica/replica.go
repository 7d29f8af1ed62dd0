// Package replica lets the replicas of both services know of each other: each
// tells in Redis, every few seconds, that it lives, and how it does.
//
//	registry ──figures──▶ Report ──▶ parley:{replicas}:ID      expires by itself
//	                            └──▶ parley:{replicas}         who was there, and when last
//	                                       │
//	                                       ▼
//	                                     List   for the operators' page
//
// Nothing depends on it: without Redis nobody is seen, and all goes on. What is
// told is bounded: one short value a replica, and names for an hour.
package replica

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"time"
)

const (
	beatEvery = 5 * time.Second
	aliveFor  = 3 * beatEvery // after the last beat; then it is gone
	knownFor  = time.Hour     // after the last beat; then it is forgotten
	window    = time.Minute   // over which rates and quantiles are taken
	maxListed = 500
	// The braces have a cluster keep all keys on one server.
	known    = "parley:{replicas}"
	reportOf = known + ":"
)

// Report is what a replica tells of itself.
type Report struct {
	ID      string    `json:"id"` // the host's name, and 4 hexadecimal digits
	Service string    `json:"service"`
	Version string    `json:"version"`
	Started time.Time `json:"started_at"`
	// Figures are by name; one that isn't known at the moment is absent.
	Figures map[string]float64 `json:"figures"`
}

// newID returns an id that no other replica has, nor this one after a restart.
func newID() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	var b [2]byte
	_, _ = rand.Read(b[:]) // never fails
	return host + "-" + hex.EncodeToString(b[:])
}
