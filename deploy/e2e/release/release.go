// Package release finds the releases that this tree may follow, and gets their
// trees to build from. Without tags every commit of the main line is a release.
package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Release is a commit whose programs may run when this tree's come.
type Release struct {
	Name   string // how it was asked for: "v1.2", "HEAD~1"
	Commit string // its full hash
}

// migrations is where they are, in every release.
const migrations = "migrations/*.up.sql"

// Before returns the releases before the tree root: those that named names,
// separated by spaces, or else the newest tag that HEAD follows. Without tags
// they are the commit before HEAD, and the one before the newest migration, whose
// schema is another. It returns an error if the history doesn't go back so far.
func Before(ctx context.Context, root, named string) ([]Release, error) {
	repository := repository(root)
	names := strings.Fields(named)
	if len(names) == 0 {
		var err error
		if names, err = repository.usual(ctx); err != nil {
			return nil, err
		}
	}
	var releases []Release
	for _, name := range names {
		commit, err := repository.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
		if err != nil {
			return nil, fmt.Errorf("find %s: %w", name, repository.explain(ctx, err))
		}
		releases = append(releases, Release{Name: name, Commit: commit})
	}
	return releases, nil
}

// Unpack writes the release's tree into the folder dir, which it makes.
func (r Release) Unpack(ctx context.Context, root, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make folder of %s: %w", r.Name, err)
	}
	archive := filepath.Join(dir, ".tree.tar")
	if _, err := repository(root).git(ctx, "archive", "--format=tar", "--output="+archive, r.Commit); err != nil {
		return fmt.Errorf("read %s: %w", r.Name, err)
	}
	if out, err := exec.CommandContext(ctx, "tar", "-x", "-f", archive, "-C", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("unpack %s: %w\n%s", r.Name, err, out)
	}
	if err := os.Remove(archive); err != nil {
		return fmt.Errorf("remove archive of %s: %w", r.Name, err)
	}
	return nil
}

type repository string

// usual names the releases that nobody named.
func (r repository) usual(ctx context.Context) ([]string, error) {
	tag, err := r.git(ctx, "describe", "--tags", "--abbrev=0", "HEAD~1")
	if err == nil {
		return []string{tag}, nil
	}
	names := []string{"HEAD~1"}
	// A commit without a parent counts as one that adds everything: the first
	// of all, or the last that a shallow clone has.
	added, err := r.git(ctx, "log", "-1", "--first-parent", "-m", "--diff-filter=A", "--format=%h %p", "--", migrations)
	if err != nil {
		return nil, fmt.Errorf("find the newest migration: %w", r.explain(ctx, err))
	}
	commit, parents, _ := strings.Cut(added, " ")
	if commit == "" {
		return nil, fmt.Errorf("find the newest migration: no commit adds any of %s", migrations)
	}
	if parents == "" {
		return nil, fmt.Errorf("find the release before the newest migration: %w", r.explain(ctx, errors.New("history begins with "+commit)))
	}
	return append(names, commit+"~1"), nil
}

// explain adds to err what to do if history is not all here.
func (r repository) explain(ctx context.Context, err error) error {
	if shallow, askErr := r.git(ctx, "rev-parse", "--is-shallow-repository"); askErr == nil && shallow == "true" {
		return fmt.Errorf("%w: this clone is shallow; fetch the rest with `git fetch --unshallow --tags`", err)
	}
	return err
}

func (r repository) git(ctx context.Context, args ...string) (string, error) {
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", string(r)}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w %s", args[0], err, bytes.TrimSpace(said.Bytes()))
	}
	return strings.TrimSpace(out.String()), nil
}
