package compose

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a script may take. Its pauses are short here.
const patience = 20 * time.Second

// script prepares a script of compose, with /etc in a folder of the test's, and
// with programs of the test's. Whatever it has started ends with the test.
func script(t *testing.T, name, etc string, programs map[string]string, env ...string) *exec.Cmd {
	t.Helper()
	bin := t.TempDir()
	programs[name] = strings.ReplaceAll(read(t, name), "/etc/", etc+"/")
	programs["sleep"] = "#!/bin/sh\nexec /bin/sleep 0.05\n"
	for program, text := range programs {
		if err := os.WriteFile(filepath.Join(bin, program), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	cmd := exec.CommandContext(ctx, filepath.Join(bin, name))
	cmd.Env = append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "ETC=" + etc}, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	t.Cleanup(cancel)
	return cmd
}

// files makes files, by their path below a folder.
func files(t *testing.T, dir string, texts map[string]string) {
	t.Helper()
	for name, text := range texts {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Whoever names a folder of their own and leaves the line EMAIL= in it, is told:
// the authority's files don't take the place of theirs.
func TestOwnFilesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, mine := range []map[string]string{
		{"parley/tls/fullchain.pem": "my own", "parley/tls/privkey.pem": "my own"},
		{"parley/tls/chat.pem": "my own", "parley/tls/chat.key": "my own"}, // of other names
	} {
		etc := t.TempDir()
		files(t, etc, mine)
		const certbot = "#!/bin/sh\nmkdir -p $ETC/letsencrypt/live/parley; cd $ETC/letsencrypt/live/parley; echo theirs >fullchain.pem; echo theirs >privkey.pem\n"
		cmd := script(t, "certificate.sh", etc, map[string]string{"certbot": certbot},
			"DOMAIN=chat.example.org", "EMAIL=you@example.org", "TLS_DIR=/srv/tls")
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "EMAIL and TLS_DIR") {
			t.Errorf("%v, and it says %q", err, out)
		}
		for name := range mine {
			path := filepath.Join(etc, name)
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 || read(t, path) != "my own" {
				t.Errorf("%s has mode %v, %v, and is %q", name, info.Mode(), err, read(t, path))
			}
		}
	}
}

// The two files of a certificate come one after the other. A gateway that looks
// in between can't use them yet, and looks again.
func TestGatewayWaitsForBothFiles(t *testing.T) {
	t.Parallel()
	etc := t.TempDir()
	files(t, etc, map[string]string{"parley/tls/fullchain.pem": "1", "parley/tls/privkey.pem": "1", "looked": ""})
	const nginx = `#!/bin/sh
case "$*" in
*"-s reload") cmp -s $ETC/parley/tls/fullchain.pem $ETC/parley/tls/privkey.pem || { echo torn >>$ETC/looked; exit 1; }
    cat $ETC/parley/tls/fullchain.pem >>$ETC/looked ;;
*) exec /bin/sleep 60 ;;
esac
`
	const cksum = "#!/bin/sh\n/usr/bin/cksum \"$@\" && { [ -s $ETC/looked ] || echo summed >>$ETC/looked; }\n"
	cmd := script(t, "gateway.sh", etc, map[string]string{"nginx": nginx, "cksum": cksum})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Cancel()
		_ = cmd.Wait() // it was killed
	}()
	looked := func(want string) {
		t.Helper()
		for end := time.Now().Add(patience / 2); !strings.Contains(read(t, filepath.Join(etc, "looked")), want); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("it has looked at %q, not at %q", read(t, filepath.Join(etc, "looked")), want)
			}
		}
	}
	looked("summed")
	files(t, etc, map[string]string{"parley/tls/fullchain.pem": "2\n"})
	looked("torn")
	files(t, etc, map[string]string{"parley/tls/privkey.pem": "2\n"})
	looked("2\n")
	files(t, etc, map[string]string{"parley/tls/privkey.pem": "3\n", "parley/tls/fullchain.pem": "3\n"})
	looked("3\n")
}
