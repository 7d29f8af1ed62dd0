package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"parley/deploy/stack"
	"parley/testkit"
)

// prometheus watches a stack.
type prometheus struct {
	url     string
	process *testkit.Process
	log     *os.File
}

// startPrometheus has Prometheus scrape every replica each second, and judge by
// the alert rules.
func startPrometheus(ctx context.Context, root, dir string, parley *stack.Stack) (*prometheus, error) {
	rules, err := os.ReadFile(filepath.Join(root, "deploy/observe/alerts.yml"))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "alerts.yml"), rules, 0o600); err != nil { //nolint:gosec // a folder that was just made
		return nil, err
	}
	text := "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [alerts.yml]\nscrape_configs:\n"
	for job, parts := range map[string][]string{"messages": {"messages-1", "messages-2"}, "stream": {"stream-1", "stream-2", "stream-3"}} {
		var targets []string
		for _, part := range parts {
			targets = append(targets, parley.Part(part).MetricsAddr())
		}
		text += fmt.Sprintf("  - {job_name: %s, static_configs: [{targets: [%s]}]}\n", job, strings.Join(targets, ", "))
	}
	const file = "prometheus.yml"
	if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
		return nil, err
	}
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	p := &prometheus{url: "http://" + addr}
	if p.log, err = os.Create(filepath.Join(dir, "prometheus.log")); err != nil {
		return nil, err
	}
	cmd := exec.Command("prometheus", "--config.file="+file, "--storage.tsdb.path=prometheus", "--web.listen-address="+addr)
	cmd.Dir = dir // so that its pages name no folder of this machine
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if p.process, err = testkit.Start(cmd); err != nil {
		return nil, errors.Join(err, p.log.Close())
	}
	return p, p.process.Await(ctx, time.Minute, p.ready)
}

func (p *prometheus) ready(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/-/ready", nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Timeout: 2 * time.Second}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

func (p *prometheus) stop() error {
	return errors.Join(p.process.Stop(syscall.SIGTERM, 10*time.Second), p.log.Close())
}

func freeAddr(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
