package stack

import (
	"fmt"
	"net"
	"strconv"

	"parley/testkit"
)

// ports hands out loopback ports, none of them twice.
type ports struct {
	preferring bool // hand out the port asked for if it is free
	taken      map[int]bool
}

func newPorts(preferring bool) *ports {
	return &ports{preferring: preferring, taken: make(map[int]bool)}
}

// next returns preferred, or the first of the ten that follow it, or any port
// that is free.
func (p *ports) next(preferred int) (int, error) {
	if p.preferring {
		for port := preferred; port < preferred+10; port++ {
			if !p.taken[port] && isFree(port) {
				p.taken[port] = true
				return port, nil
			}
		}
	}
	for {
		port, err := testkit.FreePort()
		if err != nil {
			return 0, err
		}
		if !p.taken[port] {
			p.taken[port] = true
			return port, nil
		}
	}
}

func isFree(port int) bool {
	l, err := net.Listen("tcp", loopback(port))
	return err == nil && l.Close() == nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// reservePort settles where the gateway will listen.
func (s *Stack) reservePort() error {
	if s.cfg.Port == 0 {
		port, err := s.ports.next(0)
		if err != nil {
			return err
		}
		s.cfg.Port = port
	} else if !isFree(s.cfg.Port) {
		return fmt.Errorf("port %d is in use: free it, or choose another: make up PORT=%d", s.cfg.Port, s.cfg.Port+1000)
	}
	s.ports.taken[s.cfg.Port] = true
	s.gateway = "http://" + loopback(s.cfg.Port)
	return nil
}
