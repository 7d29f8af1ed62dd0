package trace

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// Config is read from the variables that OpenTelemetry has defined. Its library
// reads more of them: OTEL_EXPORTER_OTLP_HEADERS, …_TIMEOUT, …_COMPRESSION,
// …_CERTIFICATE, OTEL_RESOURCE_ATTRIBUTES.
//
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
type Config struct {
	Endpoint       string `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`        // http://collector:4318; "" is off
	TracesEndpoint string `env:"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"` // the whole URL, path included; wins
	Protocol       string `env:"OTEL_EXPORTER_OTLP_PROTOCOL"`        // http/protobuf
	TracesProtocol string `env:"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"` // wins
	Exporter       string `env:"OTEL_TRACES_EXPORTER"`               // otlp, or none, which is off
	Disabled       string `env:"OTEL_SDK_DISABLED"`                  // true is off
	Sampler        string `env:"OTEL_TRACES_SAMPLER"`                // parentbased_always_on
	SamplerArg     string `env:"OTEL_TRACES_SAMPLER_ARG"`            // a ratio, 0 to 1
}

// On reports whether spans are to be sent.
func (c Config) On() bool {
	return c.Endpoint+c.TracesEndpoint != "" && c.Exporter != "none" && !strings.EqualFold(c.Disabled, "true")
}

// Validate returns all faults together. What is off has none.
func (c Config) Validate() error {
	if !c.On() {
		return nil
	}
	var faults []error
	if u, err := url.Parse(c.url()); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		faults = append(faults, errors.New("OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL"))
	}
	if c.Exporter != "" && c.Exporter != "otlp" {
		faults = append(faults, fmt.Errorf("OTEL_TRACES_EXPORTER is %q: want otlp or none", c.Exporter))
	}
	for _, protocol := range []string{c.Protocol, c.TracesProtocol} {
		if protocol != "" && protocol != "http/protobuf" {
			faults = append(faults, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL is %q: want http/protobuf", protocol))
		}
	}
	_, err := c.sampler()
	return errors.Join(append(faults, err)...)
}

// url returns where spans are sent.
func (c Config) url() string {
	if c.TracesEndpoint != "" {
		return c.TracesEndpoint
	}
	return strings.TrimRight(c.Endpoint, "/") + "/v1/traces"
}

// shown is url without what is secret in it: a name and a password, or a key.
func (c Config) shown() string {
	u, err := url.Parse(c.url())
	if err != nil {
		return "" // Validate has said so
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// sampler returns what decides which traces are recorded.
func (c Config) sampler() (sdk.Sampler, error) {
	ratio := 1.0
	if c.SamplerArg != "" {
		var err error
		if ratio, err = strconv.ParseFloat(c.SamplerArg, 64); err != nil || !(ratio >= 0 && ratio <= 1) {
			return nil, fmt.Errorf("OTEL_TRACES_SAMPLER_ARG is %q: want a number from 0 to 1", c.SamplerArg)
		}
	}
	switch name, child := strings.CutPrefix(c.Sampler, "parentbased_"); {
	case c.Sampler == "":
		return sdk.ParentBased(sdk.AlwaysSample()), nil
	case child:
		root, err := rootSampler(name, ratio)
		if err != nil {
			return nil, err
		}
		return sdk.ParentBased(root), nil
	default:
		return rootSampler(name, ratio)
	}
}

func rootSampler(name string, ratio float64) (sdk.Sampler, error) {
	switch name {
	case "always_on":
		return sdk.AlwaysSample(), nil
	case "always_off":
		return sdk.NeverSample(), nil
	case "traceidratio":
		return sdk.TraceIDRatioBased(ratio), nil
	}
	return nil, errors.New("OTEL_TRACES_SAMPLER must be always_on, always_off or traceidratio, or one of these after parentbased_")
}
