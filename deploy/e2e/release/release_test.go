package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree is a repository of the tests' own.
type tree struct {
	*testing.T
	repository
}

func newTree(t *testing.T) tree {
	t.Helper()
	tree := tree{t, repository(t.TempDir())}
	tree.do("init", "--quiet", "--initial-branch=main")
	return tree
}

func (tree tree) do(args ...string) string {
	tree.Helper()
	identity := []string{"-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"}
	out, err := tree.git(tree.Context(), append(identity, args...)...)
	if err != nil {
		tree.Fatal(err)
	}
	return out
}

// commit commits a file of that name and returns the commit.
func (tree tree) commit(file string) string {
	tree.Helper()
	path := filepath.Join(string(tree.repository), file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		tree.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		tree.Fatal(err)
	}
	tree.do("add", ".")
	tree.do("commit", "--quiet", "--message", file)
	return tree.do("rev-parse", "HEAD")
}

func (tree tree) before(named string) (commits []string) {
	tree.Helper()
	releases, err := Before(tree.Context(), string(tree.repository), named)
	if err != nil {
		tree.Fatal(err)
	}
	for _, release := range releases {
		commits = append(commits, release.Commit)
	}
	return commits
}

func (tree tree) expect(named string, want ...string) {
	tree.Helper()
	if got := tree.before(named); strings.Join(got, " ") != strings.Join(want, " ") {
		tree.Errorf("before %q: %q, want %q", named, got, want)
	}
}

func TestReleaseIsTheNewestTagOrWhatWasBefore(t *testing.T) {
	t.Parallel()
	tree := newTree(t)
	first := tree.commit("migrations/1.up.sql")
	second := tree.commit("page")
	tree.do("checkout", "--quiet", "-b", "side")
	tree.commit("migrations/2.up.sql")
	tree.commit("more")
	tree.do("checkout", "--quiet", "main")
	tree.do("merge", "--quiet", "--no-ff", "--message", "merge", "side")
	merge := tree.do("rev-parse", "HEAD")
	last := tree.commit("docs")

	tree.expect("", merge, second)
	tree.expect("HEAD~2 "+first, second, first)
	tree.do("tag", "v1", first)
	tree.do("tag", "v2", last) // HEAD itself is no release before it
	tree.expect("", first)
}

func TestShortHistoryIsAnError(t *testing.T) {
	t.Parallel()
	tree := newTree(t)
	tree.commit("migrations/1.up.sql")
	tree.commit("page")
	tree.commit("docs")
	shallow := filepath.Join(t.TempDir(), "shallow")
	tree.do("clone", "--quiet", "--depth=2", "file://"+string(tree.repository), shallow)
	for _, row := range []struct{ root, named, want string }{
		{shallow, "", "fetch --unshallow"},
		{shallow, "HEAD~2", "fetch --unshallow"},
		{string(tree.repository), "", "history begins with"},
		{string(tree.repository), "v9", "find v9"},
		{t.TempDir(), "", "not a git repository"},
	} {
		if _, err := Before(t.Context(), row.root, row.named); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("before %q: %v, want %q", row.named, err, row.want)
		}
	}
}

func TestTreeIsUnpacked(t *testing.T) {
	t.Parallel()
	tree := newTree(t)
	first := tree.commit("one")
	tree.commit("two")
	dir := filepath.Join(t.TempDir(), "tree")
	if err := (Release{"first", first}).Unpack(t.Context(), string(tree.repository), dir); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 || filepath.Base(files[0]) != "one" {
		t.Errorf("the tree is %q, %v", files, err)
	}
}
