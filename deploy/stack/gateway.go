package stack

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"parley/deploy/stack/gateway"
	"parley/testkit"
)

// prepareGateway lays out nginx's folder.
func (s *Stack) prepareGateway() error {
	front := gateway.Gateway{
		Dir: filepath.Join(s.cfg.Dir, "nginx"), Conf: s.cfg.NginxConf, Listen: s.listen(),
		Messages: s.socketsOf("messages"), Streams: s.socketsOf("stream"),
		Unlimited: s.setting("LIMITS") == "off",
	}
	if err := front.Write(); err != nil {
		return err
	}
	if _, err := front.Command(); err != nil { // said now, not when all else is up
		return err
	}
	part := s.newPart("nginx", "nginx", loopback(s.cfg.Port))
	out := s.log.writer("nginx")
	part.launch = func(ctx context.Context) (*testkit.Process, error) {
		mark, err := s.markFile()
		if err != nil {
			return nil, err
		}
		defer mark.Close()
		cmd, err := front.Command()
		if err != nil {
			return nil, err
		}
		cmd.ExtraFiles = []*os.File{mark}
		cmd.Stdout, cmd.Stderr = out, out
		return launch(ctx, cmd, s.gateway+"/healthz")
	}
	return nil
}

// socketsOf returns where the gateway finds a service's replicas.
func (s *Stack) socketsOf(service string) (addrs []string) {
	for _, part := range s.of(service) {
		addrs = append(addrs, "unix:"+s.socket(part))
	}
	return addrs
}

// listen returns where the gateway listens. A browser may take localhost for
// ::1.
func (s *Stack) listen() []string {
	addrs := []string{loopback(s.cfg.Port)}
	addr := net.JoinHostPort("::1", strconv.Itoa(s.cfg.Port))
	if l, err := net.Listen("tcp", addr); err == nil && l.Close() == nil {
		addrs = append(addrs, addr)
	}
	return addrs
}

// setting returns a variable of the services' environment.
func (s *Stack) setting(name string) (value string) {
	for _, pair := range s.cfg.Env {
		if set, found := strings.CutPrefix(pair, name+"="); found {
			value = set // the last one counts, as for a process
		}
	}
	return value
}
