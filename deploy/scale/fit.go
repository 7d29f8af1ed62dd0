package scale

import (
	"errors"
	"fmt"
	"slices"
)

// Sample is one small run on one replica.
type Sample struct {
	Streams   int
	Rate      float64 // messages a second
	Seconds   float64
	CPU       Each    // processor time of each part, in µs, in all
	Read      float64 // of the load, likewise
	Latency   Latency
	Delivered int64
}

var errSamples = errors.New("costs need runs of two crowds at each of two rates or more")

// Fit finds the costs of a post, of a copy and of a delivery in samples, beside
// what c has already: what is used at rest, and by streams that are open.
//
// Of each rate there are two crowds or more. What a part uses for a message
// grows with the crowd along a line: its rise is the cost of a delivery, and
// where it begins is the cost of a message. For parts that deliver nothing the
// cost of a message is the mean.
func (c *Costs) Fit(samples []Sample) error {
	rates := make(map[float64][]Sample)
	for _, s := range samples {
		rates[s.Rate] = append(rates[s.Rate], s)
	}
	var order []float64
	for rate, of := range rates {
		if len(of) < 2 {
			return fmt.Errorf("%w: there is one at %g", errSamples, rate)
		}
		order = append(order, rate)
	}
	if len(order) < 2 {
		return errSamples
	}
	slices.Sort(order)
	c.Delivery, c.Read = nil, nil
	message := 0.0
	for _, rate := range order {
		at, rise := c.line(rates[rate])
		message += max(at, 0) / float64(len(order))
		c.Delivery = append(c.Delivery, [2]float64{rate, rise})
		c.Read = append(c.Read, [2]float64{rate, reading(rates[rate])})
	}
	c.Post, c.Copy = Each{Stream: 0}, Each{Stream: message}
	for _, part := range []Part{Messages, Postgres, Redis} {
		c.Post[part] = c.perPost(part, samples)
	}
	return nil
}

// net returns what a part used for each message of a sample, without what it
// uses anyway.
func (c *Costs) net(part Part, s Sample) float64 {
	streams := float64(s.Streams)
	anyway := c.Rest[part] + (streams+1)*c.Log[part] + checks(streams)*c.Check[part]
	return (s.CPU[part]/s.Seconds - anyway) / s.Rate
}

func (c *Costs) perPost(part Part, samples []Sample) (mean float64) {
	for _, s := range samples {
		mean += c.net(part, s) / float64(len(samples))
	}
	return max(mean, 0)
}

// line returns the line of least squares through what stream uses for a message
// over the number of streams. Its beginning is not below 0.
func (c *Costs) line(samples []Sample) (at, rise float64) {
	var n, sumX, sumY, sumXX, sumXY float64
	for _, s := range samples {
		x, y := float64(s.Streams), c.net(Stream, s)
		n, sumX, sumY, sumXX, sumXY = n+1, sumX+x, sumY+y, sumXX+x*x, sumXY+x*y
	}
	if spread := n*sumXX - sumX*sumX; spread > 0 {
		rise = (n*sumXY - sumX*sumY) / spread
		at = (sumY - rise*sumX) / n
	}
	if at < 0 || rise <= 0 {
		return 0, sumXY / sumXX
	}
	return at, rise
}

// reading returns what the load uses for a delivery.
func reading(samples []Sample) float64 {
	var read, delivered float64
	for _, s := range samples {
		read += s.Read
		delivered += float64(s.Delivered)
	}
	return read / max(delivered, 1)
}

// FitLatency finds in samples how many processors the work is really spread
// over, and how long a message waits for nobody's processor: those values with
// which simulated latencies are off by the least.
func (c *Costs) FitLatency(samples []Sample, processors, readers int) {
	best := *c
	least := -1.0
	for spread := 0.6; spread <= 1.001; spread += 0.05 {
		for wait := 0.0; wait <= 8000; wait += 500 {
			trial := *c
			trial.Processors, trial.Commit = spread*float64(processors), wait
			if off := trial.miss(samples, processors, readers); least < 0 || off < least {
				best, least = trial, off
			}
		}
	}
	*c = best
}

// miss returns the sum of squares of how far simulated latencies are off.
func (c Costs) miss(samples []Sample, processors, readers int) (sum float64) {
	for _, s := range samples {
		l := c.Simulate(Load{Replicas: 1, Streams: s.Streams, Rate: s.Rate, Processors: processors, Readers: readers}, 3)
		for _, pair := range [][2]float64{
			{l.P50.Seconds(), s.Latency.P50.Seconds()}, {l.P99.Seconds(), s.Latency.P99.Seconds()},
		} {
			off := Deviation(pair[0], pair[1])
			sum += off * off
		}
	}
	return sum
}

// Deviation returns how far a prediction is off, as a share of what was measured.
func Deviation(predicted, measured float64) float64 {
	if measured == 0 {
		return 0
	}
	return predicted/measured - 1
}
