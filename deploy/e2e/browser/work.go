package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/memory"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// Worked returns how long the page's own thread has worked so far, by its own
// clock: what else this machine does meanwhile does not count.
func (p *Page) Worked() (worked time.Duration, err error) {
	err = p.do("ask for the work", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		own := performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}
		if _, err := cdp.Call(ctx, t, performance.Enable, own); err != nil {
			return err
		}
		all, err := cdp.Call(ctx, t, performance.GetMetrics, cdp.Empty{})
		if err != nil {
			return err
		}
		for _, metric := range all.Metrics {
			if metric.Name == "TaskDuration" {
				worked = time.Duration(metric.Value * float64(time.Second))
			}
		}
		return nil
	}))
	return worked, err
}

// Held is what a page holds in memory once all garbage is collected.
type Held struct {
	Heap  int64 // bytes of objects of its scripts
	Nodes int64 // of its documents, the forgotten ones too that something still holds
}

// Held collects the garbage of a page.
func (p *Page) Held() (held Held, err error) {
	err = p.do("measure the memory", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
			return err
		}
		heap, err := cdp.Call(ctx, t, runtime.GetHeapUsage, cdp.Empty{})
		if err != nil {
			return err
		}
		dom, err := cdp.Call(ctx, t, memory.GetDOMCounters, cdp.Empty{})
		if err != nil {
			return err
		}
		held = Held{Heap: int64(heap.UsedSize), Nodes: dom.Nodes}
		return nil
	}))
	return held, err
}

// Task is one that the page's own thread ran: a script, or a frame.
type Task struct {
	Took   time.Duration // by the clock on the wall
	Worked time.Duration // by the thread's own: without what else the machine did
}

// event is one of a trace, as the Trace Event Format has it; times in µs.
type event struct {
	Name     string  `json:"name"`
	Process  int     `json:"pid"`
	Thread   int     `json:"tid"`
	Took     float64 `json:"dur"`
	Worked   float64 `json:"tdur"`
	Category string  `json:"cat"`
}

// Tasks returns the tasks that the page's own thread ran during act.
func (p *Page) Tasks(act func() error) ([]Task, error) {
	const mark = "parley:traced"
	var mu sync.Mutex
	var events []event
	var fault error
	whole := make(chan struct{})
	listening, stop := context.WithCancel(p.ctx)
	defer stop()
	err := chromedp.Listen(listening, func(seen any) {
		mu.Lock()
		defer mu.Unlock()
		switch seen := seen.(type) {
		case *tracing.EventDataCollected:
			for _, value := range seen.Value {
				var one event
				fault = errors.Join(fault, json.Unmarshal(value, &one))
				events = append(events, one)
			}
		case *tracing.EventTracingComplete:
			close(whole)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("listen to the trace: %w", err)
	}
	start := tracing.StartParams{TraceConfig: &tracing.TraceConfig{IncludedCategories: []string{"toplevel", "blink.user_timing"}}}
	call := func(what string, fn func(ctx context.Context, t *chromedp.Target) error) error {
		return p.do(what, chromedp.Func(fn))
	}
	if err := call("begin a trace", func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, tracing.Start, start)
		return err
	}); err != nil {
		return nil, err
	}
	err = errors.Join(p.Evaluate(`performance.mark("`+mark+`")`, nil), act(), call("end the trace", func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, tracing.End, cdp.Empty{})
		return err
	}))
	if err != nil {
		return nil, err
	}
	select {
	case <-whole:
	case <-time.After(patience):
		return nil, errors.New("the trace does not end")
	}
	mu.Lock()
	defer mu.Unlock()
	return tasksOf(events, mark), fault
}

// tasksOf finds the thread that made the mark, and what it ran.
func tasksOf(events []event, mark string) (tasks []Task) {
	var own event
	for _, e := range events {
		if e.Name == mark {
			own = e
		}
	}
	for _, e := range events {
		if e.Process == own.Process && e.Thread == own.Thread && e.Name == "ThreadControllerImpl::RunTask" {
			tasks = append(tasks, Task{time.Duration(e.Took * 1e3), time.Duration(e.Worked * 1e3)})
		}
	}
	return tasks
}
