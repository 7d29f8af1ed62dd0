// Package scale predicts what Parley costs and how fast it is at a load that was
// not measured, from what single acts cost that were ([Costs]).
//
//	Costs ──┬─▶ Predict: processor time and memory     sums
//	        ├─▶ Simulate: how long deliveries take     threads that share processors
//	        └─▶ Size: pods, shards, network, money     for millions of streams
//
// `make bench ROWS=scale` measures the costs on one replica with a small crowd,
// predicts larger ones on 1, 2, 4 and 8 replicas, measures those too, and says
// how far off the prediction was.
package scale

// Load is a crowd in one room that somebody talks to. Each stream carries its
// person's own log as well, if only to learn who may still listen.
type Load struct {
	Replicas   int     // of the stream service, which have equal shares of the streams
	Streams    int     // in all
	Rate       float64 // messages a second
	Processors int     // of the machine on which everything runs
	Readers    int     // threads of the load that read on the same machine; 0 for none
}

// Prediction is what a load comes to.
type Prediction struct {
	CPU    Each    // processor time a second, in µs
	Memory float64 // of all replicas of stream, in bytes
}

// Predict returns what a load costs.
func (c Costs) Predict(l Load) Prediction {
	p := Prediction{CPU: make(Each)}
	replicas, streams := float64(l.Replicas), float64(l.Streams)
	for _, part := range Parts() {
		p.CPU[part] = c.Rest[part] + (replicas-1)*c.Replica[part] +
			replicas*checks(streams/replicas)*c.Check[part] + (streams+replicas)*c.Log[part] +
			pings(streams, l.Rate)*c.Ping[part] +
			l.Rate*(c.Post[part]+replicas*c.Copy[part])
	}
	p.CPU[Stream] += l.Rate * streams * c.Delivery.At(l.Rate)
	p.Memory = replicas*c.ReplicaMemory + streams*c.StreamMemory
	return p
}

// checksEach is how many sessions a replica looks up again each second
// (guard/guard.go), and heartbeat after how much silence a stream gets a ping.
const (
	checksEach = 1000
	heartbeat  = 15.0
)

// checks returns how many sessions a replica with so many streams looks up again a second.
func checks(streams float64) float64 { return min(streams, checksEach) }

// pings returns how many pings streams get a second that get so many messages.
func pings(streams, rate float64) float64 {
	if rate > 1/heartbeat {
		return 0
	}
	return streams / heartbeat
}

// Sum returns the costs of all parts together.
func (e Each) Sum() (sum float64) {
	for _, cost := range e {
		sum += cost
	}
	return sum
}
