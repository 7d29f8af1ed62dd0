package stack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"parley/testkit"
)

// prepareGateway lays out nginx's folder: the configuration that every
// deployment has, and beside it the two files that say what is where in this one.
func (s *Stack) prepareGateway() error {
	dir := filepath.Join(s.cfg.Dir, "nginx")
	if err := s.configureGateway(dir); err != nil {
		return err
	}
	program, err := nginxProgram()
	if err != nil {
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
		cmd := exec.Command(program, "-p", dir+"/", "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;")
		cmd.ExtraFiles = []*os.File{mark}
		cmd.Stdout, cmd.Stderr = out, out
		return launch(ctx, cmd, s.gateway+"/healthz")
	}
	return nil
}

func (s *Stack) configureGateway(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make folder of the gateway: %w", err)
	}
	conf, err := filepath.Abs(s.cfg.NginxConf)
	if err != nil {
		return fmt.Errorf("find nginx.conf: %w", err)
	}
	link := filepath.Join(dir, "nginx.conf")
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replace link to nginx.conf: %w", err)
	}
	if err := os.Symlink(conf, link); err != nil {
		return fmt.Errorf("link to nginx.conf: %w", err)
	}
	for name, text := range map[string]string{"upstreams.conf": s.upstreams(), "listen.conf": s.listeners()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// upstreams returns the include that names the services. A replica of stream is
// never shunned: nginx forgives a failure only when a request has ended well,
// and streams don't end; one that came back would get a stream a second.
func (s *Stack) upstreams() string {
	return fmt.Sprintf(`upstream messages {
    zone messages 64k;
%s    keepalive 64;
}
upstream stream {
    zone stream 64k;
    least_conn;
%s}
`, s.servers("messages", "max_fails=1 fail_timeout=1s"), s.servers("stream", "max_fails=0"))
}

func (s *Stack) servers(service, policy string) string {
	var b strings.Builder
	for _, part := range s.of(service) {
		fmt.Fprintf(&b, "    server unix:%s %s;\n", s.socket(part), policy)
	}
	return b.String()
}

// listeners returns the include that says where the gateway listens. A browser
// may take localhost for ::1.
func (s *Stack) listeners() string {
	text := fmt.Sprintf("listen %s backlog=4096;\n", loopback(s.cfg.Port))
	addr := net.JoinHostPort("::1", strconv.Itoa(s.cfg.Port))
	if l, err := net.Listen("tcp", addr); err == nil && l.Close() == nil {
		text += fmt.Sprintf("listen %s backlog=4096;\n", addr)
	}
	return text
}

// nginxProgram finds nginx, which Debian keeps where only root's PATH leads.
func nginxProgram() (string, error) {
	for _, name := range []string{"nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("nginx is not installed (Debian: apt-get install nginx)")
}
