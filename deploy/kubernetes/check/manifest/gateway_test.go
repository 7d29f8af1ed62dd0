package manifest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
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

func TestGatewayIsNotStartedBlind(t *testing.T) {
	for _, resolv := range []string{"", "nameserver 10.96.0.10\n", "search parley.svc.cluster.local\n"} {
		if _, out, err := gateway(t, resolv); err == nil {
			t.Errorf("started by %q: %s", resolv, out)
		}
	}
}
