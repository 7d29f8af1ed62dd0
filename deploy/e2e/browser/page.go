package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// patience bounds every step.
const (
	patience = 20 * time.Second
	pause    = 25 * time.Millisecond // between looks
)

// Page is one tab. It is used by one goroutine.
type Page struct {
	base   string
	cable  *cable // shared by the tabs of a person
	screen Screen
	ctx    context.Context // chromedp keeps its tab in it
	cancel context.CancelFunc

	listened chan struct{}
	faults   []string // of the console; after listened
}

// Close closes the tab. It returns an error if a script of the page threw, or
// the page broke its own security policy, while it was open.
func (p *Page) Close() error {
	p.cancel()
	<-p.listened
	if len(p.faults) == 0 {
		return nil
	}
	return errors.New("the page complained:\n" + strings.Join(p.faults, "\n"))
}

func (p *Page) listen(console iter.Seq2[chromedp.ConsoleMessage, error]) {
	defer close(p.listened)
	for message, err := range console {
		if err != nil {
			return // closed
		}
		if message.IsException() || message.Source == "security" || strings.Contains(message.Text, "Content Security Policy") {
			p.faults = append(p.faults, message.Text)
		}
	}
}

func (p *Page) do(what string, actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Go opens path and waits until the page's scripts are ready.
func (p *Page) Go(path string) error {
	if err := p.do("open "+path, chromedp.Navigate(p.base+path)); err != nil {
		return err
	}
	return p.Loaded()
}

// Reload loads the page anew.
func (p *Page) Reload() error {
	if err := p.do("reload", chromedp.Reload()); err != nil {
		return err
	}
	return p.Loaded()
}

// Loaded waits until the page is there, and its scripts have taken over if it has any.
func (p *Page) Loaded() error {
	return p.Await("page is ready", `document.readyState === "complete" &&
		(!document.querySelector("script[type=module]") || "ready" in document.documentElement.dataset)`)
}

// Await waits until the JavaScript expression is true. It asks from outside:
// the page's own policy forbids to compile scripts inside.
func (p *Page) Await(what, expression string) error {
	deadline := time.Now().Add(patience)
	for {
		var done bool
		err := p.Evaluate(`Boolean(`+expression+`)`, &done)
		if done && err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			var shown string
			err = errors.Join(err, p.Evaluate(`location.pathname + " " + missing() + document.body.innerText;
				function missing() {
					const bad = performance.getEntriesByType("resource").filter((e) => e.responseStatus !== 200 || !e.responseEnd);
					return bad.length ? "without " + bad.map((e) => e.name + " " + e.responseStatus).join(", ") + " " : "";
				}`, &shown))
			return errors.Join(fmt.Errorf("not within %s: %s; the page shows: %.1000s", patience, what, shown), err)
		}
		time.Sleep(pause)
	}
}

// Evaluate stores the value of a JavaScript expression in value; nil runs it for
// its effect.
func (p *Page) Evaluate(expression string, value any) error {
	if value == nil {
		return p.do("run script", chromedp.Evaluate[chromedp.Void](expression))
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](expression))
	if err != nil {
		return fmt.Errorf("evaluate: %w", err)
	}
	return json.Unmarshal(text, value)
}

// Fill types text into the field that selector finds, in place of what is there.
func (p *Page) Fill(selector, text string) error {
	field := chromedp.CSS(selector)
	selectAll := chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	return p.do("fill "+selector, chromedp.WaitVisible(field), chromedp.Focus(field), selectAll, chromedp.KeyEvent(text))
}

// Click clicks what selector finds, once it can be seen.
func (p *Page) Click(selector string) error {
	return p.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type types text where the focus is.
func (p *Page) Type(text string) error { return p.do("type", chromedp.KeyEvent(text)) }

// Press presses a key that has no text, such as "ArrowDown".
func (p *Page) Press(name string) error {
	return p.do("press "+name, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, what := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: what, Key: name, Code: name}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// PressEnter presses Enter where the focus is.
func (p *Page) PressEnter() error {
	return p.strike(input.DispatchKeyEventParams{Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}, "\r")
}

// Strike presses the key of a letter where the focus is.
func (p *Page) Strike(letter string) error {
	return p.strike(input.DispatchKeyEventParams{Key: letter}, letter)
}

// strike presses a key. Its text comes with the key, as from a keyboard, so that
// a script that handles the one prevents the other.
func (p *Page) strike(key input.DispatchKeyEventParams, text string) error {
	down, up := key, key
	down.Type, down.Text, down.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, text, text
	up.Type = input.DispatchKeyEventTypeKeyUp
	return p.do("press "+key.Key, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, down); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, up)
		return err
	}))
}

// Requests returns what the tabs of this person and their workers have asked
// for so far, such as "GET /chat".
func (p *Page) Requests() []string { return p.cable.requests() }

// Received returns how many bytes they were answered with so far.
func (p *Page) Received() int64 { return p.cable.received.Load() }

// Forget has the browser of this page forget all files that it keeps.
func (p *Page) Forget() error {
	return p.do("forget files", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.ClearBrowserCache, cdp.Empty{})
		return err
	}))
}

// KillWorkers ends the workers that the tabs of this person share, as a browser
// does that needs the memory.
func (p *Page) KillWorkers() error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	own, err := chromedp.Call(ctx, target.GetTargetInfo, target.GetTargetInfoParams{})
	if err != nil {
		return fmt.Errorf("look at own tab: %w", err)
	}
	all, err := chromedp.CallBrowser(ctx, target.GetTargets, target.GetTargetsParams{})
	if err != nil {
		return fmt.Errorf("look for workers: %w", err)
	}
	for _, t := range all.TargetInfos {
		if t.Type != "shared_worker" || t.BrowserContextID != own.TargetInfo.BrowserContextID {
			continue
		}
		if _, err := chromedp.CallBrowser(ctx, target.CloseTarget, target.CloseTargetParams{TargetID: t.TargetID}); err != nil {
			return fmt.Errorf("kill worker: %w", err)
		}
	}
	return nil
}

// Offline cuts the page, and all tabs beside it, off from the network, or
// connects them again. The browser tells this page of it.
func (p *Page) Offline(offline bool) error {
	p.cable.pull(offline)
	return p.do("change the network", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.OverrideNetworkState, network.OverrideNetworkStateParams{
			Offline: offline, DownloadThroughput: -1, UploadThroughput: -1,
		})
		return err
	}))
}
