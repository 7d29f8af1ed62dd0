package markup

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
)

const styles = "../../messages/web/static/css/"

func readStyle(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(styles + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every class that the policy lets through is styled.
func TestClassesAreStyled(t *testing.T) {
	t.Parallel()
	css := readStyle(t, "markup.css")
	names := []string{"mention", "table", "task", "center", "right"}
	for _, c := range classes {
		names = append(names, c.class)
	}
	for _, name := range names {
		if !regexp.MustCompile(`\.` + name + `\b`).MatchString(css) {
			t.Errorf("nothing styles .%s", name)
		}
	}
}

// WCAG 2.2, 1.4.3: text has 4.5:1 to what is behind it, in light and dark.
func TestContrast(t *testing.T) {
	t.Parallel()
	all := readStyle(t, "colors.css") + readStyle(t, "markup.css")
	for scheme, colors := range map[string]map[string]string{"light": primitives(all, 2), "dark": primitives(all, 3)} {
		pairs := [][2]string{
			{"code-added", "code-added-ground"}, {"code-removed", "code-removed-ground"}, {"ink-1", "code-ground"},
			{"ink-2", "paper-1"}, {"ink-2", "paper-2"}, {"ink-3", "paper-1"}, {"ink-1", "paper-2"}, {"spruce-5", "spruce-1"}, {"amber-6", "amber-1"},
		}
		for name := range colors {
			if strings.HasPrefix(name, "code-") && !strings.HasSuffix(name, "ground") {
				pairs = append(pairs, [2]string{name, "code-ground"})
			}
		}
		if len(pairs) < 15 {
			t.Fatalf("%s: only %d colours", scheme, len(pairs))
		}
		for _, p := range pairs {
			if got := contrast(t, colors[p[0]], colors[p[1]]); got < 4.5 {
				t.Errorf("%s: %s on %s is %.2f:1", scheme, p[0], p[1], got)
			}
		}
	}
}

// primitive is a colour: one for both schemes, or one for each.
var primitive = regexp.MustCompile(`--([a-z0-9-]+): (?:light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\)|#([0-9a-f]{6}));`)

// primitives returns the colours of a scheme, which is the nth group of primitive.
func primitives(css string, nth int) map[string]string {
	all := map[string]string{}
	for _, m := range primitive.FindAllStringSubmatch(css, -1) {
		all[m[1]] = m[nth] + m[4]
	}
	return all
}

// contrast is WCAG's ratio.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	light, dim := luminance(t, a), luminance(t, b)
	return (max(light, dim) + 0.05) / (min(light, dim) + 0.05)
}

func luminance(t *testing.T, color string) float64 {
	t.Helper()
	var rgb [3]uint8
	if _, err := fmt.Sscanf(color, "%02x%02x%02x", &rgb[0], &rgb[1], &rgb[2]); err != nil {
		t.Fatalf("colour %q: %v", color, err)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		c := float64(rgb[i]) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
