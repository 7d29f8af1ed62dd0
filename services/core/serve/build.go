package serve

import (
	"runtime"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
)

// unknownVersion is that of a binary that was built outside of a checkout.
const unknownVersion = "unknown"

// Version returns the commit that this binary was built from, 12 hexadecimal
// digits, with "+dirty" behind if there were changes; "unknown" if it was built
// without a checkout.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unknownVersion
	}
	return versionOf(info.Settings)
}

func versionOf(settings []debug.BuildSetting) string {
	version, dirty := "", ""
	for _, s := range settings {
		switch {
		case s.Key == "vcs.revision":
			version = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if version == "" {
		return unknownVersion
	}
	return version + dirty
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
