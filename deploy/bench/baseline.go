package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"parley/deploy/bench/internal/floor"
	"parley/deploy/stack/gateway"
	"parley/testkit"
)

// ServeFloor is the floor's process: `bench floor ADDR`.
func ServeFloor(addr string) error {
	parsed, err := netip.ParseAddrPort(addr)
	if err != nil {
		return fmt.Errorf("read address of the floor: %w", err)
	}
	return floor.Serve(parsed)
}

// start starts everything that will be measured. stop undoes what was done,
// also after an error.
func (b *bench) start(ctx context.Context) (stop func() error, err error) {
	var stops []func() error
	stop = func() error {
		var errs []error
		for i := len(stops) - 1; i >= 0; i-- {
			errs = append(errs, stops[i]())
		}
		return errors.Join(errs...)
	}
	b.logf("starting Parley, the floor, and an nginx before each")
	if b.system, err = startSystem(ctx, b.cfg, b.dir, single); err != nil {
		return stop, err
	}
	stops = append(stops, b.system.stop)
	if err := b.prepareParley(); err != nil {
		return stop, err
	}
	process, err := b.startFloor(ctx)
	if err != nil {
		return stop, err
	}
	stops = append(stops, func() error { return end(process) })
	gateway, err := b.startFloorGateway(ctx, process.PID())
	if err != nil {
		return stop, err
	}
	stops = append(stops, func() error { return end(gateway) })
	b.peer, err = b.cfg.Peer.subject()
	return stop, err
}

// end ends a process that keeps nothing.
func end(process *testkit.Process) error {
	err := process.Signal(syscall.SIGTERM)
	<-process.Done()
	return err
}

func (b *bench) startFloor(ctx context.Context) (*testkit.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find own program: %w", err)
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "floor", addr.String())
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	process, err := launch(ctx, cmd, addr)
	if err != nil {
		return nil, fmt.Errorf("start the floor: %w", err)
	}
	b.floor = floorAt(addr, "floor")
	b.floor.parts = []part{{"floor", process.PID()}}
	return process, nil
}

func floorAt(addr netip.AddrPort, serving ...string) *subject {
	const cookie = "parley_session=0123456789012345678901234567890123456789012" // read by nobody
	return &subject{
		name: "floor", streams: addr, posts: addr, serving: serving,
		listen: func(int, []string) []byte {
			return fmt.Appendf(nil, "GET /chat/general/stream HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n", addr, cookie)
		},
		post: func(_ int, room string) []byte { return postRequest(addr, cookie, room) },
	}
}

// startFloorGateway runs the gateway's own configuration before the floor.
func (b *bench) startFloorGateway(ctx context.Context, floorPID int) (*testkit.Process, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	at := b.floor.streams.String()
	front := gateway.Gateway{
		Dir: filepath.Join(b.dir, "floor-nginx"), Conf: b.cfg.NginxConf, Listen: []string{addr.String()},
		Messages: []string{at}, Streams: []string{at}, Unlimited: true,
	}
	if err := front.Write(); err != nil {
		return nil, err
	}
	cmd, err := front.Command()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(front.Dir, "log"))
	if err != nil {
		return nil, fmt.Errorf("make log of nginx: %w", err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	process, err := launch(ctx, cmd, addr)
	if err != nil {
		return nil, fmt.Errorf("start nginx before the floor: %w", err)
	}
	b.gatewayFloor = floorAt(addr, "floor", "nginx")
	b.gatewayFloor.parts = []part{{"floor", floorPID}, {"nginx", process.PID()}}
	return process, nil
}

// launch starts cmd and waits until it accepts connections.
func launch(ctx context.Context, cmd *exec.Cmd, addr netip.AddrPort) (*testkit.Process, error) {
	process, err := testkit.Start(cmd)
	if err != nil {
		return nil, err
	}
	err = process.Await(ctx, 10*time.Second, func(ctx context.Context) error {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr.String())
		if err != nil {
			return err
		}
		return conn.Close()
	})
	if err != nil {
		return nil, errors.Join(err, end(process))
	}
	return process, nil
}

func freeAddr() (netip.AddrPort, error) {
	port, err := testkit.FreePort()
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.ParseAddrPort("127.0.0.1:" + strconv.Itoa(port))
}
