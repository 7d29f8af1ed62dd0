package e2e

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/core/sse"
	"parley/deploy/e2e/client"
)

// Every route, asked by every role, of every kind of room. And what exists for
// others only answers, to the byte, as what never existed does.
func TestMatrix(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	t.Run("rooms", func(t *testing.T) { c.rooms(t) })
	t.Run("others", func(t *testing.T) { c.others(t) })
	t.Run("routes", func(t *testing.T) { everyRouteIsThere(t) })
}

// everyRouteIsThere fails when a service answers what no table has.
func everyRouteIsThere(t *testing.T) {
	cmd := exec.CommandContext(patient(t), "go", "run", "./services/messages/cmd/messages", "routes")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{"GET /chat/stream": true, "GET /chat/:room/stream": true} // stream's
	for line := range strings.Lines(string(out)) {
		there[strings.TrimSpace(line)] = true
	}
	tested := make(map[string]bool)
	for _, r := range roomRoutes {
		fields := strings.Fields(r.route)
		tested[fields[0]+" "+fields[1]] = true
	}
	for _, r := range otherRoutes {
		fields := strings.Fields(r.route)
		tested[fields[0]+" "+fields[1]] = true
	}
	for _, route := range slices.Sorted(maps.Keys(there)) {
		if !tested[route] && !strings.HasPrefix(route, "HEAD ") {
			t.Errorf("%s is in no table", route)
		}
	}
	for _, route := range slices.Sorted(maps.Keys(tested)) {
		if !there[route] {
			t.Errorf("%s is in a table, and no service answers it", route)
		}
	}
}

// grid is what was answered, to be printed.
type grid struct {
	mu    sync.Mutex
	cells map[[3]string]string // by route, role, kind
}

func (g *grid) set(route, role, kind, answer string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cells[[3]string{route, role, kind}] = answer
}

func (g *grid) print(t *testing.T, routes, roles, kinds []string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-42s %-9s", "", "")
	for _, kind := range kinds {
		fmt.Fprintf(&b, " %-12s", kind)
	}
	for _, route := range routes {
		for _, role := range roles {
			fmt.Fprintf(&b, "\n%-42s %-9s", route, role)
			for _, kind := range kinds {
				fmt.Fprintf(&b, " %-12s", g.cells[[3]string{route, role, kind}])
			}
		}
	}
	t.Log(b.String())
}

// short returns an answer as the tables write it.
func short(answer *client.Answer) string {
	text := fmt.Sprint(answer.Status)
	if code := answer.Code(); code != "" && answer.Status != http.StatusUnauthorized {
		text += " " + code
	}
	for name, long := range shortAnswers {
		if text == long {
			return name
		}
	}
	return text
}

// fits reports whether an answer is what the table says: a status alone stands
// for any code.
func fits(got, want string) bool {
	status, _, _ := strings.Cut(got, " ")
	for one := range strings.SplitSeq(want, "|") {
		if one == got || one == status {
			return true
		}
	}
	return false
}

func (r *roomRoute) wanted(role string, kind int) string {
	if role == "stranger" || role == "banned" {
		return "401"
	}
	line, special := r.want[role]
	switch {
	case special:
	case role == "guest":
		line = r.want["G"]
	default:
		line = r.want["M"]
	}
	return strings.Fields(line)[kind]
}

// rooms walks the routes that have a room in them.
func (c *cast) rooms(t *testing.T) {
	g := &grid{cells: make(map[[3]string]string)}
	var routes []string
	for _, r := range roomRoutes {
		routes = append(routes, r.route)
	}
	t.Run("cells", func(t *testing.T) {
		for _, r := range roomRoutes {
			t.Run(r.route, func(t *testing.T) {
				t.Parallel()
				for _, role := range roles {
					c.line(t, g, r, role)
				}
			})
		}
	})
	g.print(t, routes, roles, kinds)
}

// line asks one route as one role, of every kind of room.
func (c *cast) line(t *testing.T, g *grid, r roomRoute, role string) {
	t.Helper()
	answers := make(map[string]*client.Answer)
	for i, kind := range kinds {
		answer := c.askRoom(t, r, role, kind)
		answers[kind] = answer
		got := short(answer)
		g.set(r.route, role, kind, got)
		if want := r.wanted(role, i); !fits(got, want) {
			t.Errorf("%s by %s, %s: %s, want %s", r.route, role, kind, answer, want)
		}
	}
	for _, hidden := range []string{"private out", "direct out"} {
		alike(t, r.route+" by "+role+", "+hidden, answers[hidden], answers["none"])
	}
}

// alike checks that two answers tell nobody which is which.
func alike(t *testing.T, what string, hidden, none *client.Answer) {
	t.Helper()
	if hidden.Status != none.Status || !bytes.Equal(hidden.Body, none.Body) {
		t.Errorf("%s: %s; and where there is no room: %s", what, hidden, none)
	}
	for _, header := range []http.Header{hidden.Header, none.Header} {
		for _, each := range []string{"Date", "X-Request-Id", "Set-Cookie", "Server-Timing"} {
			header.Del(each)
		}
	}
	if !maps.EqualFunc(hidden.Header, none.Header, slices.Equal[[]string]) {
		t.Errorf("%s: headers %v; and where there is no room: %v", what, hidden.Header, none.Header)
	}
}

// askRoom asks in a new room of the kind.
func (c *cast) askRoom(t *testing.T, r roomRoute, role, kind string) *client.Answer {
	t.Helper()
	who := c.people[role]
	room := c.room(t, who, kind)
	fields := strings.Fields(r.route)
	method := fields[0]
	path := strings.NewReplacer(":room", room, ":username", c.peer.Name, ":id", "1", ":emoji", "%F0%9F%91%8D").Replace(fields[1])
	if strings.HasSuffix(path, "/stream") {
		return c.askStream(t, who, path)
	}
	if r.body != "" && r.body[0] != '{' {
		return sendForm(t, who, path, strings.ReplaceAll(r.body, "PEER", c.peer.Name))
	}
	answer, err := who.DoRaw(patient(t), method, path+r.query, r.body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// sendForm posts what a page's form sends.
func sendForm(t *testing.T, who *client.User, path, form string) *client.Answer {
	t.Helper()
	req, err := who.Request(patient(t), http.MethodPost, path, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := who.Send(req)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// askStream opens a stream, and closes it if it opens.
func (c *cast) askStream(t *testing.T, who *client.User, path string) *client.Answer {
	t.Helper()
	ctx, cancel := context.WithCancel(patient(t))
	defer cancel()
	stream, err := who.Open(ctx, path, "")
	if err != nil {
		answer, err := who.Get(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	defer stream.Close()
	if e := next(t, stream); e.Name == string(client.End) && strings.Contains(e.Data, sse.EndSession) {
		return &client.Answer{Status: http.StatusUnauthorized, Header: http.Header{}}
	}
	return &client.Answer{Status: stream.Status, Header: http.Header{}}
}

// others walks the routes that have no room in them.
func (c *cast) others(t *testing.T) {
	g := &grid{cells: make(map[[3]string]string)}
	var routes []string
	for _, r := range otherRoutes {
		routes = append(routes, r.route)
		for i, role := range roles {
			answer := c.askOther(t, r, role)
			got := short(answer)
			g.set(r.route, "", role, got)
			if want := strings.Fields(r.want)[i]; !fits(got, want) {
				t.Errorf("%s by %s: %s, want %s", r.route, role, answer, want)
			}
		}
	}
	g.print(t, routes, []string{""}, roles)
}

func (c *cast) askOther(t *testing.T, r otherRoute, role string) *client.Answer {
	t.Helper()
	who := c.people[role]
	fields := strings.Fields(r.route)
	method, path := fields[0], r.path
	if path == "" {
		path = fields[1]
	}
	if path == "/logout" || path == "/password" { // which cost the session
		who = c.again(t, role)
	}
	if strings.HasSuffix(path, "/stream") {
		return c.askStream(t, who, path)
	}
	names := strings.NewReplacer("PEER", c.peer.Name, "HERMIT", c.hermit.Name, "NEW", unique("matrix"), "VICTIM", c.victim(t, path+r.body))
	answer, err := who.DoRaw(patient(t), method, names.Replace(path), names.Replace(r.body))
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
