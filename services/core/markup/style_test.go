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
	light := primitives(dark.ReplaceAllString(all, ""))
	for scheme, colors := range map[string]map[string]string{"light": light, "dark": merged(light, primitives(strings.Join(dark.FindAllString(all, -1), "")))} {
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

var (
	dark      = regexp.MustCompile(`(?s)@media \(prefers-color-scheme: dark\) \{.*?\n\}`)
	primitive = regexp.MustCompile(`--([a-z0-9-]+): #([0-9a-f]{6});`)
)

func primitives(css string) map[string]string {
	all := map[string]string{}
	for _, m := range primitive.FindAllStringSubmatch(css, -1) {
		all[m[1]] = m[2]
	}
	return all
}

func merged(base, over map[string]string) map[string]string {
	all := map[string]string{}
	for name, color := range base {
		all[name] = color
	}
	for name, color := range over {
		all[name] = color
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
