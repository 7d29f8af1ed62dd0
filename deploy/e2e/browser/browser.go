// Package browser drives real pages in Chromium, as a person would: it types,
// clicks, and looks at what is shown.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/chromedp/chromedp"
)

const startPatience = time.Minute

// Browser is a running Chromium, without a window.
type Browser struct {
	ctx    context.Context // chromedp keeps its browser in it
	cancel context.CancelFunc
}

// Start starts Chromium. Those of its features that are named, such as
// "shared-workers", are off.
func Start(without ...string) (*Browser, error) {
	program, err := program()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.Flag("no-sandbox", true), // root has none
		chromedp.WSURLReadTimeout(startPatience),
	)
	for _, feature := range without {
		options = append(options, chromedp.Flag("disable-"+feature, true))
	}
	allocated, cancelAllocated := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocated)
	b := &Browser{ctx: ctx, cancel: func() { cancel(); cancelAllocated() }}
	if err := chromedp.Do(ctx); err != nil {
		b.cancel()
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	return b, nil
}

func program() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium is installed (Debian: apt-get install chromium)")
}

// Close ends Chromium.
func (b *Browser) Close() { b.cancel() }

// Screen is what a page is shown on.
type Screen struct {
	Width, Height int64
	Phone         bool
}

// Screens that people have.
var (
	Desktop = Screen{Width: 1280, Height: 800}
	Phone   = Screen{Width: 390, Height: 844, Phone: true}
)

func (s Screen) options() []chromedp.EmulateViewportOption {
	if !s.Phone {
		return nil
	}
	return []chromedp.EmulateViewportOption{chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait}
}

// Open opens a page of somebody who shares nothing, cookies least of all, with
// the other pages. base is where Parley is reached.
func (b *Browser) Open(base string, screen Screen) (*Page, error) {
	cable, near, err := layCable(base)
	if err != nil {
		return nil, err
	}
	ctx, cancelTab := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	cancel := func() { cancelTab(); cable.close() }
	return open(&Page{base: near, cable: cable, screen: screen, ctx: ctx, cancel: cancel})
}

// Tab opens another tab beside the page, of the same person: they share what a
// browser's tabs share. It closes with the page, if not before.
func (p *Page) Tab() (*Page, error) {
	ctx, cancel := chromedp.NewContext(p.ctx)
	return open(&Page{base: p.base, cable: p.cable, screen: p.screen, ctx: ctx, cancel: cancel})
}

func open(p *Page) (*Page, error) {
	if err := chromedp.Do(p.ctx, chromedp.EmulateViewport(p.screen.Width, p.screen.Height, p.screen.options()...)); err != nil {
		p.cancel()
		return nil, fmt.Errorf("open page: %w", err)
	}
	p.listened = make(chan struct{})
	console := chromedp.Console(p.ctx)
	go p.listen(console)
	return p, nil
}
