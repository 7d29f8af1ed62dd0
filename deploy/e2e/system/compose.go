package system

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"parley/testkit"
)

const (
	composePatience = 5 * time.Minute // up, images built
	downPatience    = 2 * time.Minute
)

// compose is a compose project of its own, with the repository's file and an
// overlay that holds the tests' settings.
type compose struct {
	root    string
	project string
	port    int
	options Options
	reading sync.Mutex                 // guards secrets
	secrets map[string]string          // by path
	cut     map[string]map[string]link // the links of parts that are cut off, by network
}

func startCompose(ctx context.Context, root string, options Options) (System, error) {
	if options.RedisAddr != "" {
		return nil, errors.New("containers don't reach a proxy of the tests")
	}
	if options.Standby || options.PgBouncer {
		return nil, errors.New("containers have neither a replica of Postgres nor PgBouncer")
	}
	if options.Bin != "" {
		return nil, errors.New("containers don't run programs of the tests")
	}
	port, err := testkit.FreePort()
	if err != nil {
		return nil, err
	}
	c := &compose{root: root, project: fmt.Sprintf("parley-e2e-%d", os.Getpid()), port: port, options: options}
	up, cancel := context.WithTimeout(ctx, composePatience)
	defer cancel()
	n := strconv.Itoa(replicas)
	_, err = c.compose(up, "up", "-d", "--scale", "messages="+n, "--scale", "stream="+n)
	if err == nil {
		err = c.awaitGateway(up)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *compose) URL() string {
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port))
}

func (c *compose) Start(ctx context.Context, part string) error {
	return c.container(ctx, part, "start")
}

func (c *compose) Stop(ctx context.Context, part string) error { return c.container(ctx, part, "stop") }

func (c *compose) Kill(ctx context.Context, part string) error { return c.container(ctx, part, "kill") }

func (c *compose) Pause(ctx context.Context, part string) error {
	return c.container(ctx, part, "pause")
}

func (c *compose) Resume(ctx context.Context, part string) error {
	return c.container(ctx, part, "unpause")
}

// ports are where the parts listen in their containers.
var ports = map[string]string{"postgres": "5432", "redis": "6379", "messages": "8080", "stream": "8080", "nginx": "8080"}

func (c *compose) Addr(ctx context.Context, part string) (string, error) {
	id, err := c.id(ctx, part)
	if err != nil {
		return "", err
	}
	out, err := c.docker(ctx, "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", id)
	if err != nil {
		return "", err
	}
	addresses := strings.Fields(out)
	if len(addresses) == 0 {
		return "", fmt.Errorf("%s has no address: it is down", part)
	}
	service, _, _ := strings.Cut(part, "-")
	return net.JoinHostPort(addresses[0], ports[service]), nil
}

func (c *compose) DatabaseURL(ctx context.Context) (string, error) {
	password, err := c.secret(ctx, "postgres", "/run/secrets/owner/password")
	if err != nil {
		return "", err
	}
	addr, err := c.Addr(ctx, "postgres")
	return "postgres://parley:" + password + "@" + addr + "/parley?sslmode=disable", err
}

func (c *compose) RedisURL(ctx context.Context) (string, error) {
	password, err := c.secret(ctx, "redis", "/run/secrets/redis/password")
	if err != nil {
		return "", err
	}
	addr, err := c.Addr(ctx, "redis")
	return "redis://:" + password + "@" + addr + "/0", err
}

// secret reads a file of a part. What was read once is known, also when the
// part is down.
func (c *compose) secret(ctx context.Context, part, path string) (string, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if known := c.secrets[path]; known != "" {
		return known, nil
	}
	id, err := c.id(ctx, part)
	if err != nil {
		return "", err
	}
	text, err := c.docker(ctx, "exec", id, "cat", path)
	if err != nil {
		return "", err
	}
	if c.secrets == nil {
		c.secrets = make(map[string]string)
	}
	c.secrets[path] = strings.TrimSpace(text)
	return c.secrets[path], nil
}

func (c *compose) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), downPatience)
	defer cancel()
	return errors.Join(c.keepLog(ctx), c.down(ctx))
}

func (c *compose) down(ctx context.Context) error {
	_, err := c.compose(ctx, "down", "--volumes", "--timeout", "10")
	return err
}

func (c *compose) keepLog(ctx context.Context) error {
	f, err := c.options.logFile(c.root, "compose")
	if err != nil {
		return err
	}
	out, err := c.compose(ctx, "logs", "--no-color")
	_, writeErr := f.WriteString(out)
	return errors.Join(err, writeErr, f.Close(), races(f.Name()))
}

func (c *compose) container(ctx context.Context, part, verb string) error {
	id, err := c.id(ctx, part)
	if err != nil {
		return err
	}
	_, err = c.docker(ctx, verb, id)
	return err
}

// id returns the container of "stream-2": that of service stream with number 2.
func (c *compose) id(ctx context.Context, part string) (string, error) {
	service, number, found := strings.Cut(part, "-")
	if !found {
		number = "1"
	}
	const label = "label=com.docker.compose."
	out, err := c.docker(ctx, "ps", "--all", "--quiet", "--no-trunc",
		"--filter", label+"project="+c.project, "--filter", label+"service="+service, "--filter", label+"container-number="+number)
	if err != nil {
		return "", err
	}
	ids := strings.Fields(out)
	if len(ids) != 1 {
		return "", fmt.Errorf("%s has %d containers", part, len(ids))
	}
	return ids[0], nil
}

func (c *compose) docker(ctx context.Context, args ...string) (string, error) {
	return c.run(exec.CommandContext(ctx, "docker", args...))
}

// Messages runs it in a container of the migrations', which are the owner's.
func (c *compose) Messages(ctx context.Context, in io.Reader, args ...string) ([]byte, error) {
	return run(c.command(ctx, append([]string{"run", "--rm", "-T", "--no-deps", "migrate"}, args...)...), in)
}

func (c *compose) compose(ctx context.Context, args ...string) (string, error) {
	return c.run(c.command(ctx, args...))
}

// command returns a command of compose, on the project of the tests.
func (c *compose) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append([]string{
		"--project-name", c.project, "--env-file", "deploy/images/debian.env",
		"--file", "docker-compose.yml", "--file", "deploy/e2e/compose.yml",
	}, args...)
	cmd := exec.CommandContext(ctx, filepath.Join(c.root, "deploy/compose/compose.sh"), args...)
	cmd.Env = append(os.Environ(), "PORT="+strconv.Itoa(c.port))
	for name, value := range c.options.settings() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Dir = c.root
	return cmd
}

func (c *compose) run(cmd *exec.Cmd) (string, error) {
	var out, said bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.root, &out, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s%s", strings.Join(cmd.Args, " "), err, &out, &said)
	}
	return out.String(), nil
}

// awaitGateway waits until the gateway has a service to pass requests to.
func (c *compose) awaitGateway(ctx context.Context) error {
	for {
		err := passesOn(ctx, c.URL())
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(errors.New("the gateway does not become ready"), err, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Signal implements [System].
func (c *compose) Signal(ctx context.Context, part string, sig syscall.Signal) error {
	id, err := c.id(ctx, part)
	if err != nil {
		return err
	}
	_, err = c.docker(ctx, "kill", "--signal", strconv.Itoa(int(sig)), id)
	return err
}

const metricsPort = "9090"

func (c *compose) MetricsURL(ctx context.Context, part string) (string, error) {
	addr, err := c.Addr(ctx, part)
	if err != nil {
		return "", err
	}
	host, _, err := net.SplitHostPort(addr)
	return "http://" + net.JoinHostPort(host, metricsPort) + "/metrics", err
}
