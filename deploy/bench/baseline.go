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
	if b.system, err = startSystem(ctx, b.cfg, b.dir); err != nil {
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
	dir := filepath.Join(b.dir, "floor-nginx")
	if err := configureFloorGateway(dir, b.cfg.NginxConf, addr, b.floor.streams); err != nil {
		return nil, err
	}
	program, err := exec.LookPath("nginx")
	if err != nil {
		program = "/usr/sbin/nginx" // where Debian keeps it, off most paths
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, fmt.Errorf("make log of nginx: %w", err)
	}
	cmd := exec.Command(program, "-p", dir+"/", "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;")
	cmd.Stdout, cmd.Stderr = log, log
	process, err := launch(ctx, cmd, addr)
	if err != nil {
		return nil, fmt.Errorf("start nginx before the floor: %w", err)
	}
	b.gatewayFloor = floorAt(addr, "floor", "nginx")
	b.gatewayFloor.parts = []part{{"floor", floorPID}, {"nginx", process.PID()}}
	return process, nil
}

func configureFloorGateway(dir, nginxConf string, addr, upstream netip.AddrPort) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make folder of nginx: %w", err)
	}
	conf, err := filepath.Abs(nginxConf)
	if err != nil {
		return fmt.Errorf("find nginx.conf: %w", err)
	}
	if err := os.Symlink(conf, filepath.Join(dir, "nginx.conf")); err != nil {
		return fmt.Errorf("link to nginx.conf: %w", err)
	}
	upstreams := fmt.Sprintf("upstream messages { zone messages 64k; server %[1]s; keepalive 64; }\n"+
		"upstream stream { zone stream 64k; least_conn; server %[1]s; }\n", upstream)
	for name, text := range map[string]string{
		"upstreams.conf": upstreams,
		"listen.conf":    fmt.Sprintf("listen %s backlog=4096;\n", addr),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
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
