package system

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"parley/core/session"
)

var asker = &http.Client{Timeout: 3 * time.Second}

// Ready returns an error unless a part gets its work done: a replica of a
// service by what it says of itself on its internal address, "nginx" by an
// answer of a service behind it that has asked the database.
func Ready(ctx context.Context, s System, part string) error {
	if part == "nginx" {
		return passesOn(ctx, s.URL())
	}
	url, err := s.MetricsURL(ctx, part)
	if err != nil {
		return err
	}
	return ask(ctx, strings.TrimSuffix(url, "/metrics")+"/readyz", "", http.StatusOK)
}

// passesOn asks with a cookie of a session that there is not.
func passesOn(ctx context.Context, base string) error {
	return ask(ctx, base+"/chat", session.CookieName+"="+string(session.NewToken()), http.StatusUnauthorized)
}

func ask(ctx context.Context, url, cookie string, want int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	resp, err := asker.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != want {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 300))
		return fmt.Errorf("GET %s: %s: %s", url, resp.Status, text)
	}
	return nil
}
