package scale

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
)

// Part is a program that costs something.
type Part string

// The parts.
const (
	Stream   Part = "stream"
	Messages Part = "messages"
	Postgres Part = "Postgres"
	Redis    Part = "Redis"
)

// Parts returns all of them.
func Parts() []Part { return []Part{Stream, Messages, Postgres, Redis} }

// Costs says what single acts cost, as they were measured. Times are of a
// processor, in µs; sizes are in bytes.
type Costs struct {
	Where string `json:"where"` // it was measured

	Rest Each `json:"rest"` // a second, with one stream replica and nobody there
	// Replica is what one more replica of stream adds to Rest.
	Replica Each `json:"replica"`
	// Check is looking up again whether a session has ended: each second those of
	// the streams of a replica in turn, at most a thousand.
	Check Each `json:"check"`
	Ping  Each `json:"ping"` // one, which a stream gets after 15 s of silence
	Log   Each `json:"log"`  // a log that somebody reads, whose head each replica compares once a second
	Open  Each `json:"open"` // a stream that opens
	Post  Each `json:"post"` // a message, whoever reads it
	Copy  Each `json:"copy"` // a message, for each replica that has readers of it

	// LogMany is Log where there are a hundred thousand people: Postgres reads all of
	// them to find some ten thousand.
	LogMany Each `json:"log_many"`
	// PostBusy is Post where thousands come a second: many are stored together.
	PostBusy Each `json:"post_busy"`
	// CopyBusy is Copy where a hundred messages a second come: one wakes nobody who
	// isn't awake already.
	CopyBusy Each `json:"copy_busy"`

	Delivery Curve   `json:"delivery"` // of the stream service: a write to one socket
	Read     Curve   `json:"read"`     // of the load on the same machine: a delivery that it reads
	Commit   float64 `json:"commit"`   // waiting in a post and for a delivery that is of no processor, µs

	ReplicaMemory  float64 `json:"replica_memory"`  // a stream replica without streams
	StreamMemory   float64 `json:"stream_memory"`   // an open stream of one room
	LogMemory      float64 `json:"log_memory"`      // a person's own log, with its place in a stream of everything
	RoomMemory     float64 `json:"room_memory"`     // one more room of a stream of everything
	KernelMemory   float64 `json:"kernel_memory"`   // the kernel's for one end of a connection
	DeliveryBytes  float64 `json:"delivery_bytes"`  // on a stream, without TCP's and TLS's heads
	GatewayMemory  float64 `json:"gateway_memory"`  // nginx's, a stream
	GatewayDeliver float64 `json:"gateway_deliver"` // nginx's, µs a delivery

	// Processors is how many processors the work is really spread over, of those
	// that the machine has.
	Processors float64 `json:"processors"`
}

// Each is one cost for each part.
type Each map[Part]float64

// Curve is a cost that depends on how often it is paid: processors that slept
// for long do the same more slowly. Points are of (messages a second, µs), with
// growing rates.
type Curve [][2]float64

// At returns the cost at a rate: between two points it follows the logarithm of
// the rate, beyond the first and last it stays as it is there.
func (c Curve) At(rate float64) float64 {
	if len(c) == 0 {
		return 0
	}
	if rate <= c[0][0] {
		return c[0][1]
	}
	for i := 1; i < len(c); i++ {
		if rate > c[i][0] {
			continue
		}
		from, to := c[i-1], c[i]
		share := math.Log(rate/from[0]) / math.Log(to[0]/from[0])
		return from[1] + share*(to[1]-from[1])
	}
	return c[len(c)-1][1]
}

// ReadCosts reads a file that [Costs.Write] wrote.
func ReadCosts(path string) (c Costs, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("read costs: %w", err)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("read costs of %s: %w", path, err)
	}
	return c, nil
}

// Write writes the costs as JSON.
func (c Costs) Write(path string) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("write costs: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write costs: %w", err)
	}
	return nil
}
