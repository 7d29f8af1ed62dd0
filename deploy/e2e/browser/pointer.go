package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Hover moves the mouse onto what selector finds.
func (p *Page) Hover(selector string) error {
	x, y, err := p.middleOf(selector)
	if err != nil {
		return err
	}
	return p.do("hover over "+selector, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: x, Y: y})
		return err
	}))
}

// Act points at the message that selector finds and clicks a button that appears
// on it, such as "[data-act=menu]". It does so until the button was clicked: what
// comes or goes above the message takes it from under the mouse, and its buttons with it.
func (p *Page) Act(selector, button string) error {
	button = selector + " " + button
	var before *[2]float64
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(pause) {
		var at *[2]float64
		if err := errors.Join(p.Hover(selector+" .body"), p.Evaluate(fmt.Sprintf(armed, button), &at)); err != nil {
			return err
		}
		still := at != nil && before != nil && *at == *before
		before = at
		if !still {
			continue
		}
		var clicked bool
		if err := errors.Join(p.clickAt(button, at[0], at[1]), p.Evaluate(`document.clicked`, &clicked)); err != nil || clicked {
			return err
		}
	}
	return fmt.Errorf("not within %s: a click on %s", patience, button)
}

// armed is where the middle of a button is, null while it is not to be seen;
// document.clicked then tells whether it was clicked.
const armed = `((selector) => {
	const button = document.querySelector(selector);
	if (!button?.checkVisibility()) return null;
	const { left, top, width, height } = button.getBoundingClientRect();
	const at = [left + width / 2, top + height / 2];
	if (!button.contains(document.elementFromPoint(...at))) return null;
	document.clicked = false;
	button.addEventListener("click", () => { document.clicked = true; }, { once: true });
	return at;
})(%q)`

func (p *Page) clickAt(what string, x, y float64) error {
	return p.do("click "+what, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, event := range []input.DispatchMouseEventParams{
			{Type: input.DispatchMouseEventTypeMouseMoved},
			{Type: input.DispatchMouseEventTypeMousePressed, Button: input.MouseButtonLeft, ClickCount: 1},
			{Type: input.DispatchMouseEventTypeMouseReleased, Button: input.MouseButtonLeft, ClickCount: 1},
		} {
			event.X, event.Y = x, y
			if _, err := cdp.Call(ctx, t, input.DispatchMouseEvent, event); err != nil {
				return err
			}
		}
		return nil
	}))
}

// LongPress puts a finger onto what selector finds, and lifts it when the
// JavaScript expression is true.
func (p *Page) LongPress(selector, until string) error {
	x, y, err := p.middleOf(selector)
	if err != nil {
		return err
	}
	touch := func(what input.DispatchTouchEventType, points ...*input.TouchPoint) error {
		return p.do("touch "+selector, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: what, TouchPoints: append([]*input.TouchPoint{}, points...)})
			return err
		}))
	}
	if err := touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x, Y: y}); err != nil {
		return err
	}
	if err := p.Await("the press had its effect", until); err != nil {
		return err
	}
	return touch(input.DispatchTouchEventTypeTouchEnd)
}

func (p *Page) middleOf(selector string) (x, y float64, err error) {
	if err = p.Await(selector+" is there", fmt.Sprintf(`document.querySelector(%q)`, selector)); err != nil {
		return 0, 0, err
	}
	var at [2]float64
	err = p.Evaluate(fmt.Sprintf(`(({ left, top, width, height }) => [left + width / 2, top + height / 2])(document.querySelector(%q).getBoundingClientRect())`, selector), &at)
	return at[0], at[1], err
}
