package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/deploy/observe"
)

// Every query of the dashboards and the alert rules asks for what the services
// show, by labels that it has.
func TestDashboardsAndAlertsKnowTheMetrics(t *testing.T) {
	t.Parallel()
	expressions, err := observe.Expressions("../observe")
	if err != nil {
		t.Fatal(err)
	}
	user := newUser(t)
	room := newRoom(t, user)
	stream := open(t, user, "/chat/"+room+"/stream", "")
	post(t, user, room, "to be counted")
	stream.Close()
	eventually(t, 20*time.Second, "some metrics are not there", func(ctx context.Context) error {
		shown, err := scrape(ctx)
		if err != nil {
			return err
		}
		var missing []error
		for _, e := range expressions {
			for _, use := range observe.Uses(e.Text) {
				missing = append(missing, shown.lacks(e.Where, use))
			}
		}
		return errors.Join(missing...)
	})
}

// exposition is what replicas show: the labels of each metric.
type exposition map[string]map[string]bool

func (all exposition) lacks(where string, use observe.Use) error {
	labels, there := all[use.Metric]
	if !there {
		return fmt.Errorf("%s: no service shows %s", where, use.Metric)
	}
	for _, label := range use.Labels {
		if !labels[label] {
			return fmt.Errorf("%s: %s has no label %s", where, use.Metric, label)
		}
	}
	return nil
}

var (
	sample      = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? `)
	sampleLabel = regexp.MustCompile(`[{,]([a-zA-Z_][a-zA-Z0-9_]*)="`)
)

// scrape reads all replicas, and adds what Prometheus does: up, and the labels
// job and instance.
func scrape(ctx context.Context) (exposition, error) {
	all := exposition{"up": {"job": true, "instance": true}}
	for _, part := range []string{"messages-1", "messages-2", "stream-1", "stream-2"} {
		url, err := parley.MetricsURL(ctx, part)
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		if err = errors.Join(err, resp.Body.Close()); err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(body)) {
			found := sample.FindStringSubmatch(line)
			if found == nil {
				continue
			}
			if all[found[1]] == nil {
				all[found[1]] = map[string]bool{"job": true, "instance": true}
			}
			for _, label := range sampleLabel.FindAllStringSubmatch(found[2], -1) {
				all[found[1]][label[1]] = true
			}
		}
	}
	return all, nil
}
