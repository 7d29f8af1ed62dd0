package serve

import (
	"runtime"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
)

// unknownVersion is that of a binary that was built outside of a checkout.
const unknownVersion = "unknown"

// version is set by the linker, where the binary is built by the project's own
// means.
var version string

// Version returns the commit that this binary was built from, 12 hexadecimal
// digits, with "+dirty" behind if there were changes; "unknown" if it was built
// without a checkout.
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unknownVersion
	}
	return versionOf(info.Settings)
}

func versionOf(settings []debug.BuildSetting) string {
	commit, dirty := "", ""
	for _, s := range settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if commit == "" {
		return unknownVersion
	}
	return commit + dirty
}

// buildMetric says which build runs, by its labels.
func buildMetric(service string) prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "parley_build_info", Help: "1, labelled with the service, the commit and the Go that it was built from.",
		ConstLabels: prometheus.Labels{"service": service, "version": Version(), "goversion": runtime.Version()},
	})
	g.Set(1)
	return g
}
