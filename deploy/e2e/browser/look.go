package browser

import (
	"context"
	"fmt"
	"os"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Resize shows the page on another screen.
func (p *Page) Resize(screen Screen) error {
	return p.do("resize", chromedp.EmulateViewport(screen.Width, screen.Height, screen.options()...))
}

// Scheme has the page shown in the reader's preferred scheme: "light" or "dark".
func (p *Page) Scheme(scheme string) error {
	return p.do("change scheme", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// Shoot writes a picture of what the screen shows, a PNG, to file.
func (p *Page) Shoot(file string) error {
	var picture []byte
	err := p.do("take a picture", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		shot, err := cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{})
		if err == nil {
			picture = shot.Data
		}
		return err
	}))
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, picture, 0o644); err != nil {
		return fmt.Errorf("keep picture: %w", err)
	}
	return nil
}
