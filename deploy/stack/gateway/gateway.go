// Package gateway lays out a folder for nginx: the configuration that every
// deployment has, and beside it the files that say what is particular to one.
package gateway

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Gateway is an nginx with a folder of its own.
type Gateway struct {
	Dir       string   // made if it does not exist
	Conf      string   // the nginx.conf of the repository, which Dir gets a link to
	Listen    []string // host:port
	Messages  []string // where the replicas are: host:port or unix:/path
	Streams   []string
	Unlimited bool // nobody's requests are counted
}

// Write makes the folder and its files.
func (g Gateway) Write() error {
	if err := os.MkdirAll(g.Dir, 0o755); err != nil {
		return fmt.Errorf("make folder of the gateway: %w", err)
	}
	conf, err := filepath.Abs(g.Conf)
	if err != nil {
		return fmt.Errorf("find nginx.conf: %w", err)
	}
	link := filepath.Join(g.Dir, "nginx.conf")
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replace link to nginx.conf: %w", err)
	}
	if err := os.Symlink(conf, link); err != nil {
		return fmt.Errorf("link to nginx.conf: %w", err)
	}
	files := map[string]string{"upstreams.conf": g.upstreams(), "limits.conf": g.limits(), "listen.conf": g.listeners()}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(g.Dir, name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// Command returns what runs the gateway, in the foreground.
func (g Gateway) Command() (*exec.Cmd, error) {
	program, err := program()
	if err != nil {
		return nil, err
	}
	return exec.Command(program, "-p", g.Dir+"/", "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;"), nil
}

// upstreams returns the include that names the services. A replica of stream is
// never shunned: nginx forgives a failure only when a request has ended well,
// and streams don't end; one that came back would get a stream a second.
func (g Gateway) upstreams() string {
	return fmt.Sprintf(`upstream messages {
    zone messages 64k;
%s    keepalive 64;
}
upstream stream {
    zone stream 64k;
    least_conn;
%s}
`, servers(g.Messages), servers(g.Streams))
}

// servers lists replicas. None is ever shunned; see nginx.conf.
func servers(addrs []string) string {
	var b strings.Builder
	for _, addr := range addrs {
		fmt.Fprintf(&b, "    server %s max_fails=0;\n", addr)
	}
	return b.String()
}

// limits returns the include that says for whom the limits hold.
func (g Gateway) limits() string {
	if g.Unlimited {
		return "geo $limited { default 0; }\n"
	}
	return "geo $limited { default 1; }\n"
}

func (g Gateway) listeners() string {
	var b strings.Builder
	for _, addr := range g.Listen {
		fmt.Fprintf(&b, "listen %s backlog=4096;\n", addr)
	}
	return b.String()
}

// program finds nginx, which Debian keeps where only root's PATH leads.
func program() (string, error) {
	for _, name := range []string{"nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("nginx is not installed (Debian: apt-get install nginx)")
}
