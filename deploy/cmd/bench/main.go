// Bench measures Parley on this machine: what `make bench` does once everything
// is installed and built.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"parley/deploy/bench"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "floor" { // its own child
		exit(bench.ServeFloor(os.Args[2]))
	}
	if len(os.Args) == 4 && os.Args[1] == "listen" { // likewise
		exit(bench.ServeListeners(os.Args[2], os.Args[3]))
	}
	cfg := bench.Config{Out: os.Stdout}
	flag.StringVar(&cfg.Bin, "bin", "bin", "`folder` of the services' programs")
	flag.StringVar(&cfg.NginxConf, "nginx", "nginx.conf", "the gateway's configuration `file`")
	flag.StringVar(&cfg.Results, "results", "", "`file` for the results, pictures beside it")
	flag.StringVar(&cfg.Costs, "costs", "", "`file` of the costs that the row scale measures")
	flag.StringVar(&cfg.Profiles, "profiles", "", "`folder` for CPU profiles of the services, one for each round")
	flag.BoolVar(&cfg.Quick, "quick", false, "short rounds, small crowds: shows that it works, not how fast")
	flag.Func("rows", "`names`, by commas: "+strings.Join(bench.Rows(), ",")+"; all if none", list(&cfg.Rows, ","))
	peerFlags(&cfg.Peer)
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	exit(bench.Run(ctx, cfg))
}

// peerFlags are for another server to be put beside Parley.
func peerFlags(peer *bench.Peer) {
	flag.StringVar(&peer.Name, "peer-name", "peer", "what to call it")
	flag.StringVar(&peer.SubURL, "peer-sub-url", "", "its event stream: http://127.x.y.z:port/…")
	flag.StringVar(&peer.PubURL, "peer-pub-url", "", "where a message is posted to it")
	flag.StringVar(&peer.Body, "peer-body", "{{body}}", "of such a post; {{body}} stands for the message, which needs no escapes")
	flag.Func("peer-sub-header", "`Name: value` sent when a stream is opened; may be repeated", list(&peer.SubHeaders, ""))
	flag.Func("peer-pub-header", "`Name: value` sent with a post; may be repeated", list(&peer.PubHeaders, ""))
	flag.IntVar(&peer.PID, "peer-pid", 0, "its main `process`, for processor time and memory")
}

// list gathers the values of a flag, and splits each where a separator is given.
func list(values *[]string, separator string) func(string) error {
	return func(value string) error {
		switch {
		case value == "":
		case separator == "":
			*values = append(*values, value)
		default:
			*values = append(*values, strings.Split(value, separator)...)
		}
		return nil
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}
