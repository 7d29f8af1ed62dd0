// Package chart draws curves as SVG: a few panels side by side, each with a
// logarithmic axis of what was varied and a linear one, from zero, of what came
// of it.
package chart

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Panel is one diagram.
type Panel struct {
	Title  string // "CPU per delivery, µs"
	X      string // "streams"
	Curves []Curve
}

// Curve is one line of a panel.
type Curve struct {
	Name   string
	Points []Point
}

// Point is one measurement.
type Point struct{ X, Y float64 }

const (
	width, height      = 380, 260
	left, right        = 52, 16
	top, bottom        = 44, 52
	columns            = 2
	plotWide, plotHigh = width - left - right, height - top - bottom
	ink, faint         = "#334155", "#e2e8f0"
	fonts              = "system-ui, sans-serif"
)

// colors are the curves', told apart by those who see no red or green too.
var colors = []string{"#0f766e", "#f59e0b", "#7c3aed", "#64748b"}

// SVG returns the panels as one picture.
func SVG(panels []Panel) string {
	rows := (len(panels) + columns - 1) / columns
	wide, high := width*min(len(panels), columns), height*rows
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="%s" font-size="11" fill="%s">`+"\n",
		wide, high, wide, high, fonts, ink)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", wide, high)
	for i, panel := range panels {
		fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", i%columns*width, i/columns*height)
		panel.draw(&b)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (p *Panel) draw(b *strings.Builder) {
	s := p.scale()
	text(b, left, 18, "start", p.Title, ` font-weight="600" font-size="12"`)
	for _, y := range s.yTicks() {
		fmt.Fprintf(b, `<path d="M%d %.1fH%d" stroke="%s"/>`+"\n", left, s.y(y), width-right, faint)
		text(b, left-6, s.y(y)+4, "end", label(y), "")
	}
	for _, x := range p.xs() {
		text(b, s.x(x), height-bottom+16, "middle", label(x), "")
	}
	text(b, left+plotWide/2, height-bottom+32, "middle", p.X, "")
	for i, curve := range p.Curves {
		curve.draw(b, s, colors[i%len(colors)])
		at := float64(left + i*90)
		fmt.Fprintf(b, `<circle cx="%.1f" cy="30" r="3.5" fill="%s"/>`+"\n", at+3, colors[i%len(colors)])
		text(b, at+11, 34, "start", curve.Name, "")
	}
}

func (c *Curve) draw(b *strings.Builder, s scale, color string) {
	var path strings.Builder
	for i, point := range c.Points {
		step := "L"
		if i == 0 {
			step = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", step, s.x(point.X), s.y(point.Y))
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-linejoin="round"/>`+"\n", path.String(), color)
	for _, point := range c.Points {
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", s.x(point.X), s.y(point.Y), color)
	}
}

func text(b *strings.Builder, x, y float64, anchor, words, more string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>`+"\n", x, y, anchor, more, html.EscapeString(words))
}

// scale maps values to places in a panel.
type scale struct{ lowX, highX, highY float64 }

func (p *Panel) scale() scale {
	s := scale{lowX: math.Inf(1)}
	for _, curve := range p.Curves {
		for _, point := range curve.Points {
			s.lowX, s.highX = min(s.lowX, point.X), max(s.highX, point.X)
			s.highY = max(s.highY, point.Y)
		}
	}
	s.highY = roundUp(s.highY)
	return s
}

func (s scale) x(v float64) float64 {
	if s.highX <= s.lowX {
		return left + plotWide/2
	}
	return left + plotWide*math.Log(v/s.lowX)/math.Log(s.highX/s.lowX)
}

func (s scale) y(v float64) float64 { return height - bottom - plotHigh*v/s.highY }

func (s scale) yTicks() []float64 {
	return []float64{0, s.highY / 4, s.highY / 2, s.highY * 3 / 4, s.highY}
}

// xs returns the values that were tried, each once.
func (p *Panel) xs() (xs []float64) {
	seen := make(map[float64]bool)
	for _, curve := range p.Curves {
		for _, point := range curve.Points {
			if !seen[point.X] {
				seen[point.X] = true
				xs = append(xs, point.X)
			}
		}
	}
	return xs
}

// roundUp returns the next of 1, 2, 4 or 8 times a power of ten: a quarter of
// any of them is short to write.
func roundUp(v float64) float64 {
	if v <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, factor := range []float64{1, 2, 4, 8, 10} {
		if v <= factor*power*(1+1e-9) {
			return factor * power
		}
	}
	return 10 * power
}

func label(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v/1000, 'g', 3, 64) + "k"
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
