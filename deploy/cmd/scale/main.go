// Scale says what Parley needs for how many people, from what single acts were
// measured to cost: see docs/scale.md.
//
//	scale -streams 10000,1000000,10000000          pods, shards, network, money
//	scale -replicas 4 -streams 4000 -rate 10       processors, memory and latency of one room on this machine
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"parley/deploy/scale"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func run() error {
	costsFile := flag.String("costs", "deploy/scale/measured.json", "`file` of the measured costs")
	streams := flag.String("streams", "10000,1000000,10000000", "open at once: `numbers`, by commas")
	replicas := flag.Int("replicas", 0, "of the stream service: predict one room on one machine")
	rate := flag.Float64("rate", 10, "messages a second, with -replicas")
	processors := flag.Int("processors", runtime.NumCPU(), "of the machine, with -replicas")
	use, pod, prices := scale.Office(0), scale.DefaultPod(), scale.ListPrices()
	flag.Float64Var(&use.Posts, "posts", use.Posts, "a second, by each who is there")
	flag.Float64Var(&use.Rooms, "rooms", use.Rooms, "that each is in")
	flag.Float64Var(&use.Listeners, "listeners", use.Listeners, "of a room who are there")
	flag.Float64Var(&pod.Streams, "pod-streams", pod.Streams, "at most, of a replica")
	flag.Float64Var(&prices.Processor, "processor", prices.Processor, "dollars a month, of a processor")
	flag.Float64Var(&prices.Gigabyte, "gigabyte", prices.Gigabyte, "dollars a month, of a gigabyte of memory")
	flag.Float64Var(&prices.Egress, "egress", prices.Egress, "dollars, of a gigabyte that leaves")
	flag.Parse()

	costs, err := scale.ReadCosts(*costsFile)
	if err != nil {
		return err
	}
	crowds, err := numbers(*streams)
	if err != nil {
		return err
	}
	if *replicas > 0 {
		for _, n := range crowds {
			fmt.Print(costs.Describe(scale.Load{Replicas: *replicas, Streams: int(n), Rate: *rate, Processors: *processors, Readers: 1}))
		}
		return nil
	}
	fmt.Print(costs.Table(use, crowds, pod, prices))
	return nil
}

func numbers(text string) (list []float64, err error) {
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of streams", part)
		}
		list = append(list, n)
	}
	return list, nil
}
