package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// WithoutScript has documents that are opened from now on run no script. Open
// them with [Page.GoPlain].
func (p *Page) WithoutScript() error {
	return p.do("turn scripts off", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

// GoPlain opens path and waits until the document is there, but for no script.
func (p *Page) GoPlain(path string) error {
	if err := p.do("open "+path, chromedp.Navigate(p.base+path)); err != nil {
		return err
	}
	return p.Await("the document is there", `document.readyState === "complete"`)
}
