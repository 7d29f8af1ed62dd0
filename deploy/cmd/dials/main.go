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
	name   string
	path   string
	height int64
	ready  string // JavaScript that is true when the page shows all
}

func pictures(load time.Duration) []picture {
	seconds := load.Seconds()
	return []picture{
		graphs("prometheus-traffic", seconds,
			`sum by (route) (rate(parley_requests_total{method="POST"}[30s]))`,
			`sum(rate(parley_stream_deliveries_total[30s]))`),
		graphs("prometheus-latency", seconds,
			`histogram_quantile(0.99, sum by (le) (rate(parley_stream_delivery_seconds_bucket[30s])))`,
			`histogram_quantile(0.99, sum by (le) (rate(parley_commit_seconds_bucket[30s])))`),
		graphs("prometheus-saturation", seconds,
			`parley_stream_open`,
			`rate(process_cpu_seconds_total{job=~"messages|stream"}[30s])`),
		{name: "prometheus-alerts", path: "/classic/alerts", height: 900, ready: `document.body.innerText.includes("ParleyReplicaDown (1 active)")`},
	}
}

// graphs is Prometheus' page of these expressions, over the last seconds.
func graphs(name string, seconds float64, expressions ...string) picture {
	query := url.Values{}
	for i, e := range expressions {
		panel := "g" + strconv.Itoa(i) + "."
		query.Set(panel+"expr", e)
		query.Set(panel+"tab", "0")
		query.Set(panel+"range_input", strconv.Itoa(int(seconds))+"s")
	}
	return picture{
		name: name, path: "/classic/graph?" + query.Encode(), height: 1120,
		ready: `document.querySelectorAll(".rickshaw_graph svg path, .graph svg path").length >= ` + strconv.Itoa(len(expressions)),
	}
}

func shoot(base string, cfg config) error {
	chromium, err := browser.Start()
	if err != nil {
		return err
	}
	defer chromium.Close()
	for _, p := range pictures(cfg.load) {
		page, err := chromium.Open(base, browser.Screen{Width: 1000, Height: p.height})
		if err != nil {
			return err
		}
		err = errors.Join(page.Go(p.path), page.Await(p.name+" shows all", p.ready))
		if err == nil {
			err = page.Shoot(filepath.Join(cfg.to, p.name+".png"))
		}
		if err = errors.Join(err, page.Close()); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}
