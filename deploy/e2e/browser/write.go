package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Keys that are held while another is pressed.
const (
	Alt   = chromedp.ModifierAlt
	Ctrl  = chromedp.ModifierCtrl
	Shift = chromedp.ModifierShift
)

// Chord presses a key while others are held: "b" with Ctrl. code is where the key
// is, such as "KeyB".
func (p *Page) Chord(held chromedp.Modifier, key, code string) error {
	return p.do("press "+code, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, what := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			event := input.DispatchKeyEventParams{Type: what, Key: key, Code: code, Modifiers: int64(held)}
			if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, event); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Paste has the field with the focus take what a clipboard holds, by media type.
// If the page doesn't make something of it, the browser pastes nothing.
func (p *Page) Paste(clipboard map[string]string) error {
	content, err := json.Marshal(clipboard)
	if err != nil {
		return err
	}
	return p.Evaluate(fmt.Sprintf(`(() => {
		const clipboardData = new DataTransfer();
		for (const [type, text] of Object.entries(%s)) clipboardData.setData(type, text);
		document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
	})()`, content), nil)
}
