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

// PointAt moves the mouse onto the message that selector finds, until the buttons
// are there by which one acts on it: what comes or goes above the message takes it
// from under the mouse.
func (p *Page) PointAt(selector string) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(pause) {
		var shown bool
		err := errors.Join(p.Hover(selector+" .body"),
			p.Evaluate(fmt.Sprintf(`document.querySelector(%q)?.checkVisibility() ?? false`, selector+" .bar"), &shown))
		if err != nil || shown {
			return err
		}
	}
	return fmt.Errorf("not within %s: buttons at %s", patience, selector)
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
