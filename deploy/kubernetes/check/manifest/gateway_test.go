package manifest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// gateway runs gateway.sh with folders of its own and an nginx that does
// nothing. It returns the folder that nginx would run in.
func gateway(t *testing.T, resolv string) (dir, output string, err error) {
	t.Helper()
	base := t.TempDir()
	dir = filepath.Join(base, "run")
	script := text(t, "deploy/kubernetes/base/gateway/gateway.sh")
	script = strings.NewReplacer("/etc/parley/", base+"/conf/", "/run/gateway", dir, "/etc/resolv.conf", base+"/resolv.conf").Replace(script)
	files := map[string]string{
		"gateway.sh": script, "resolv.conf": resolv, "bin/nginx": "#!/bin/sh\necho nginx \"$@\"\n", "run/nothing": "",
	}
	for _, name := range []string{"nginx.conf", "limits.conf", "listen.conf", "upstreams.conf"} {
		files["conf/"+name] = text(t, "deploy/kubernetes/base/gateway/"+name)
	}
	for name, content := range files {
		path := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "/bin/sh", filepath.Join(base, "gateway.sh"))
	cmd.Env = []string{"PATH=" + base + "/bin:" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	return dir, strings.ReplaceAll(string(out), dir, "DIR"), err
}

func TestGatewayLearnsWhoAnswersForNames(t *testing.T) {
	for _, row := range []struct{ resolv, resolver, domain string }{
		{"search parley.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n", "10.96.0.10", "parley.svc.cluster.local"},
		{"nameserver fd00::a\nnameserver 10.96.0.10\nsearch chat.svc.k8s.example.org", "[fd00::a] 10.96.0.10", "chat.svc.k8s.example.org"},
	} {
		dir, out, err := gateway(t, row.resolv)
		if err != nil || out != "nginx -p DIR/ -c nginx.conf -e stderr -g daemon off;\n" {
			t.Fatalf("%v: %s", err, out)
		}
		upstreams, err := os.ReadFile(filepath.Join(dir, "upstreams.conf"))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.NewReplacer("@resolvers@", row.resolver, "@domain@", row.domain).
			Replace(text(t, "deploy/kubernetes/base/gateway/upstreams.conf"))
		if string(upstreams) != want {
			t.Errorf("upstreams.conf is\n%s", upstreams)
		}
		for _, name := range []string{"nginx.conf", "limits.conf", "listen.conf"} {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Error(err)
			}
		}
	}
}

// nginx asks for the addresses of pods, and so needs headless Services, and to
// know the port of the pods.
func TestGatewayFindsTheServices(t *testing.T) {
	each(t, func(t *testing.T, _ Variant, s *Set) {
		for _, name := range []string{"messages", "stream"} {
			port := found(t, s.ConfigMaps["nginx"].Data["upstreams.conf"], `(?m)^    server `+name+`\.@domain@:(\d+) resolve max_fails=0;$`)
			listens := portOf(s.Pods[name].Container(), "http")
			if service := s.Services[name].Spec; service.ClusterIP != corev1.ClusterIPNone || port != listens || service.Ports[0].TargetPort.StrVal != "http" {
				t.Errorf("%s listens on %s, nginx calls %s, and the Service is %v", name, listens, port, service)
			}
		}
	})
}

// portOf returns a container's port by its name.
func portOf(c corev1.Container, name string) string {
	for _, port := range c.Ports {
		if port.Name == name {
			return strconv.Itoa(int(port.ContainerPort))
		}
	}
	return ""
}

// nginx listens where the Service and the probes call, and has the same room for
// connections as in docker compose.
func TestGatewayListensWhereItIsCalled(t *testing.T) {
	room := found(t, text(t, "docker-compose.yml"), `ip_local_port_range: ([0-9 ]+)`)
	each(t, func(t *testing.T, _ Variant, s *Set) {
		pod, conf := s.Pods["nginx"], s.ConfigMaps["nginx"].Data
		public, health := found(t, conf["listen.conf"], `(?m)^listen (\d+) `), found(t, conf["upstreams.conf"], `(?m)^    listen (\d+);`)
		if public != portOf(pod.Container(), "http") || health != portOf(pod.Container(), "health") {
			t.Errorf("listens on %s and %s, and says %v", public, health, pod.Container().Ports)
		}
		if got := pod.Spec.SecurityContext.Sysctls; len(got) != 1 || got[0].Value != room {
			t.Errorf("has %v, want %s", got, room)
		}
	})
}

func TestGatewayIsNotStartedBlind(t *testing.T) {
	for _, resolv := range []string{"", "nameserver 10.96.0.10\n", "search parley.svc.cluster.local\n"} {
		if _, out, err := gateway(t, resolv); err == nil {
			t.Errorf("started by %q: %s", resolv, out)
		}
	}
}
