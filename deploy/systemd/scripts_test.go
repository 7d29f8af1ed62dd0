package systemd

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The newest are kept, whatever the setting says; a number that is none removes
// nothing. What a backup that was killed has left goes.
func TestBackupsThatAreKept(t *testing.T) {
	t.Parallel()
	for kept, want := range map[string]string{
		"2": "a: 2024 made", "5": "a: 2022 2023 2024 made", "08": "a: 2022 2023 2024 made", "0": "a: 2022 2023 2024 made",
		"all": "refused: 2022 2023 2024", "-1": "refused: 2022 2023 2024", "": "refused: 2022 2023 2024",
	} {
		dir, state := t.TempDir(), t.TempDir()
		write(t, filepath.Join(dir, "parley-backup"), read(t, "parley-backup"))
		write(t, filepath.Join(dir, "messages"), "#!/bin/sh\n[ \"$1 $2\" = 'backup -to' ] && echo made >\"$3\"\n")
		for _, year := range []string{"2022", "2023", "2024"} {
			write(t, filepath.Join(state, "parley-"+year+".backup"), year)
		}
		write(t, filepath.Join(state, "parley-2021.backup.part-1"), "killed")
		cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "parley-backup"))
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "STATE_DIRECTORY=" + state, "BACKUPS_KEPT=" + kept}
		got := "a:"
		if out, err := cmd.CombinedOutput(); err != nil {
			got = "refused:"
			if !strings.Contains(string(out), "BACKUPS_KEPT") {
				t.Errorf("%q: %v, %s", kept, err, out)
			}
		}
		names, err := filepath.Glob(filepath.Join(state, "*.backup*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if got == "refused:" && strings.Contains(name, ".part-") {
				continue // the next one removes it
			}
			got += " " + strings.TrimSpace(read(t, name))
		}
		if got != want {
			t.Errorf("BACKUPS_KEPT=%s: %s, want %s", kept, got, want)
		}
	}
}

// The administrator's settings may have keys in them: nobody else reads them,
// also where an earlier release let everybody.
func TestSettingsAreNotForAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "parley.env"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^ +.*\$etc/parley\.env .*$`).FindAllString(read(t, "install.sh"), -1)
	run(t, "bash", "-euc", "etc=$1\n"+strings.Join(lines, "\n"), "bash", dir)
	info, err := os.Stat(filepath.Join(dir, "parley.env"))
	if err != nil || info.Mode().Perm()&0o007 != 0 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if mode := find(t, strings.Join(lines, "\n"), `put \S+ \$etc/parley\.env (\d+)`); mode != "600" {
		t.Errorf("a new one has mode %s", mode)
	}
}

// function returns a function of a script.
func function(t *testing.T, script, name string) string {
	t.Helper()
	return find(t, read(t, script), `(?ms)^`+name+`\(\) \{\n.*?^\}\n`)
}

// From release a came b, and now comes c. However that ends, what there is to go
// back to is the release before the one that runs.
func TestPreviousIsTheReleaseBefore(t *testing.T) {
	t.Parallel()
	for what, row := range map[string]struct{ replace, want string }{
		"all is well":                   {"true", "b c"},
		"the power fails in the middle": {"exit", "b c"},
		"c does not become ready":       {"false", "a c, back to b"},
	} {
		lib := t.TempDir()
		for _, release := range []string{"a", "b", "c"} {
			if err := os.MkdirAll(filepath.Join(lib, "releases", release), 0o755); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(lib, "releases", release, "install.sh"), "#!/bin/sh\necho \", $PARLEY_BACK to "+release+"\"\n")
		}
		for name, release := range map[string]string{"current": "b", "previous": "a"} {
			if err := os.Symlink(filepath.Join(lib, "releases", release), filepath.Join(lib, name)); err != nil {
				t.Fatal(err)
			}
		}
		said := run(t, "bash", "-euo", "pipefail", "-c", ". ./common.sh; lib=$1 release=c; replace_all() { "+row.replace+"; }; say() { :; }\n"+
			function(t, "install.sh", "switch")+"switch", "bash", lib)
		got := ""
		for _, name := range []string{"previous", "current"} {
			to, err := os.Readlink(filepath.Join(lib, name))
			if err != nil {
				t.Fatal(err)
			}
			got += " " + filepath.Base(to)
		}
		got = strings.TrimSpace(got) + strings.Replace(strings.TrimSpace(said), ", failed", ", back", 1)
		if got != row.want {
			t.Errorf("%s: %s, want %s", what, got, row.want)
		}
	}
}

// Where one of several new replicas does not become ready, none of them stays.
func TestScaleChangesAllOrNothing(t *testing.T) {
	t.Parallel()
	said := run(t, "bash", "-euo", "pipefail", "-c", ". ./common.sh; MESSAGES=2 STREAMS=2; systemctl() { echo \"$@\"; }; replace() { [ \"$2\" != 4 ]; }; fail() { exit; }\n"+
		function(t, "parley", "scale")+"scale stream 5")
	for _, unit := range []string{"parley-stream@3", "parley-stream@4"} {
		if strings.Count(said, "enable --quiet "+unit) != 1 || strings.Count(said, "disable --quiet --now "+unit) != 1 {
			t.Errorf("%s stays:\n%s", unit, said)
		}
	}
	if strings.Contains(said, "@5") || strings.Contains(said, "--now parley-stream@2") {
		t.Errorf("others are touched:\n%s", said)
	}
}

// write writes a program.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}
