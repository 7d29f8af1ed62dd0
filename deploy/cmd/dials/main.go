// Dials takes the pictures of docs/operating.md: it runs a Parley of its own
// under load, lets Debian's Prometheus watch it with the alert rules of
// deploy/observe, stops a replica, and keeps what Prometheus' own pages show.
//
//	make dials
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"time"

	"parley/deploy/e2e/browser"
	"parley/deploy/stack"
)

type config struct {
	to, bin, root string
	load          time.Duration
}

func main() {
	var cfg config
	flag.StringVar(&cfg.to, "to", "deploy/docs", "`folder` of the pictures")
	flag.StringVar(&cfg.bin, "bin", "bin", "`folder` of the services' programs")
	flag.StringVar(&cfg.root, "root", ".", "`folder` of the repository")
	flag.DurationVar(&cfg.load, "for", 4*time.Minute, "how long people talk")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, "dials:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cfg config) (err error) {
	dir, err := os.MkdirTemp("", "parley-dials-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o755); err != nil { // the postgres account must get through
		return err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return err
	}
	parley, err := stack.Start(ctx, stack.Config{
		Dir: dir, Bin: cfg.bin, NginxConf: filepath.Join(cfg.root, "nginx.conf"), Messages: 2, Streams: 3,
		Env: append(os.Environ(), "LIMITS=off", "SIGNUP=open"), Log: log,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, parley.Stop(), log.Close()) }()
	watch, err := startPrometheus(ctx, cfg.root, dir, parley)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, watch.stop()) }()
	if err := talk(ctx, parley, cfg.load); err != nil {
		return err
	}
	return shoot(watch.url, cfg)
}

// picture is one of Prometheus' pages.
type picture struct {
	name  string
	path  string
	ready string // JavaScript that is true when the page shows all
}

func pictures(load time.Duration) []picture {
	seconds := load.Seconds()
	return []picture{
		graph("prometheus-latency", seconds, `histogram_quantile(0.99, sum by (le) (rate(parley_stream_delivery_seconds_bucket[30s])))`),
		graph("prometheus-traffic", seconds, `sum by (job) (rate(parley_requests_total{method="POST"}[30s]) or rate(parley_stream_deliveries_total[30s]))`),
		graph("prometheus-errors", seconds, `sum by (status) (rate(parley_requests_total[30s]))`),
		graph("prometheus-saturation", seconds, `parley_stream_open`),
		{name: "prometheus-alerts", path: "/classic/alerts", ready: `document.body.innerText.includes("ParleyReplicaDown (1 active)")`},
	}
}

// graph is Prometheus' page of an expression, over the last seconds.
func graph(name string, seconds float64, expression string) picture {
	query := url.Values{"g0.expr": {expression}, "g0.tab": {"0"}, "g0.range_input": {strconv.Itoa(int(seconds)) + "s"}}
	return picture{name: name, path: "/classic/graph?" + query.Encode(), ready: `document.querySelector(".rickshaw_graph svg path")`}
}

func shoot(base string, cfg config) error {
	chromium, err := browser.Start()
	if err != nil {
		return err
	}
	defer chromium.Close()
	for _, p := range pictures(cfg.load) {
		page, err := chromium.Open(base, browser.Screen{Width: 920, Height: 840})
		if err != nil {
			return err
		}
		err = errors.Join(page.Go(p.path), page.Await(p.name+" shows all", p.ready))
		if err == nil {
			err = page.Shoot(filepath.Join(cfg.to, p.name+".png"))
		}
		_ = page.Close() // it tells of errors in Debian's scripts
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}
