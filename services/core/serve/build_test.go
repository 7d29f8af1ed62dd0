package serve

import (
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	const commit = "0123456789abcdef0123456789abcdef01234567"
	for want, settings := range map[string][]debug.BuildSetting{
		"unknown":            {{Key: "vcs.modified", Value: "true"}},
		"0123456789ab":       {{Key: "vcs.revision", Value: commit}, {Key: "vcs.modified", Value: "false"}},
		"0123456789ab+dirty": {{Key: "vcs.modified", Value: "true"}, {Key: "vcs.revision", Value: commit}},
		"short":              {{Key: "vcs.revision", Value: "short"}},
	} {
		if got := versionOf(settings); got != want {
			t.Errorf("%v: %q, want %q", settings, got, want)
		}
	}
}
