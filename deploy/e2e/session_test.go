package e2e

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/sse"
	"parley/deploy/e2e/client"
	"parley/deploy/e2e/system"
)

// endsWithin is the design's: a stream ends within 2 s of its session's end.
// The rest is for the machine.
const endsWithin = 2*time.Second + 500*time.Millisecond

func TestOnlyTheSignedInMayListen(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	forged := user.At(parley.URL())
	forged.Cookie = strings.Repeat("A", len(user.Cookie))
	garbage := user.At(parley.URL())
	garbage.Cookie = "no-token"
	for _, stranger := range []*client.User{client.NewUser(parley.URL(), ""), forged, garbage} {
		for _, path := range []string{"/chat", "/chat/general", "/chat/general/messages", "/chat/general/stream", "/chat/stream?after=general"} {
			answer, err := stranger.Get(patient(t), path)
			want(t, answer, err, http.StatusUnauthorized, "not_signed_in")
		}
		answer, err := stranger.PostJSON(patient(t), "/chat/general/messages", map[string]string{"body": "x"})
		want(t, answer, err, http.StatusUnauthorized, "not_signed_in")
	}
}

func TestAPageSendsStrangersToSignIn(t *testing.T) {
	t.Parallel()
	req, err := client.NewUser(parley.URL(), "").Request(patient(t), http.MethodGet, "/chat/general", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	answer, err := client.NewUser(parley.URL(), "").Send(req)
	want(t, answer, err, http.StatusSeeOther, "")
	if to := answer.Header.Get("Location"); to != "/login?next=%2Fchat%2Fgeneral" {
		t.Errorf("sent to %q", to)
	}
}

func TestLoginMakesANewSession(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	before := *user
	if err := user.Login(patient(t)); err != nil {
		t.Fatal(err)
	}
	if user.Cookie == before.Cookie {
		t.Error("a login kept the session id that was there before")
	}
	answer, err := user.Get(patient(t), "/chat")
	want(t, answer, err, http.StatusOK, "")
}

// However a session ends, its streams end with it, on every replica.
func TestStreamsEndWithTheirSession(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		end  func(testing.TB, *client.User)
	}{
		{"logout", logout},
		{"revoked in the database", func(t testing.TB, u *client.User) {
			query(t, `DELETE FROM sessions WHERE username = $1`, u.Name)
		}},
		{"ended from elsewhere", func(t testing.TB, u *client.User) { endOthers(t, elsewhere(t, u)) }},
		{"password changed elsewhere", func(t testing.TB, u *client.User) {
			answer, err := elsewhere(t, u).PostJSON(patient(t), "/password",
				map[string]string{"current": client.Password, "password": "another " + client.Password})
			want(t, answer, err, http.StatusNoContent, "")
		}},
		{"expired", func(t testing.TB, u *client.User) {
			query(t, `UPDATE sessions SET expires_at = now() WHERE username = $1`, u.Name)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			user := newUser(t)
			var streams []*client.Stream
			for _, base := range []string{replica(t, "stream-1"), replica(t, "stream-2"), parley.URL()} {
				stream := open(t, user.At(base), "/chat/general/stream", "")
				next(t, stream)
				streams = append(streams, stream)
			}
			row.end(t, user)
			began := time.Now()
			for _, stream := range streams {
				awaitEnd(t, stream, sse.EndSession)
			}
			if took := time.Since(began); took > endsWithin {
				t.Errorf("streams ended after %s, want %s", took, endsWithin)
			}
			answer, err := user.Get(patient(t), "/chat/general/stream")
			want(t, answer, err, http.StatusUnauthorized, "not_signed_in")
			answer, err = user.Get(patient(t), "/chat")
			want(t, answer, err, http.StatusUnauthorized, "not_signed_in")
		})
	}
}

func TestAnotherSessionStays(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	other := elsewhere(t, user)
	stream := open(t, other, "/chat/general/stream", "")
	next(t, stream)
	logout(t, user)
	room := newRoom(t, other)
	answer, err := other.PostJSON(patient(t), "/chat/"+room+"/messages", map[string]string{"body": "still here"})
	want(t, answer, err, http.StatusCreated, "")
	e, err := stream.Next(patient(t))
	for err == nil && e.Name != "ping" { // after two seconds of silence: the end would have come by then
		if e.Name == "end" {
			t.Fatalf("the other session's stream ended: %+v", e)
		}
		e, err = stream.Next(patient(t))
	}
	if err != nil {
		t.Error(err)
	}
}

// elsewhere signs the same person in once more.
func elsewhere(t testing.TB, user *client.User) *client.User {
	t.Helper()
	other := client.NewUser(parley.URL(), user.Name)
	if err := other.Login(patient(t)); err != nil {
		t.Fatal(err)
	}
	return other
}

// endOthers ends every session of a user but the present one.
func endOthers(t testing.TB, user *client.User) {
	t.Helper()
	answer, err := user.Get(patient(t), "/sessions")
	want(t, answer, err, http.StatusOK, "")
	var list struct {
		Sessions []struct {
			ID      string
			Current bool
		}
	}
	if err := json.Unmarshal(answer.Body, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Sessions) < 2 {
		t.Fatalf("%d sessions are listed", len(list.Sessions))
	}
	for _, session := range list.Sessions {
		if session.Current {
			continue
		}
		req, err := user.Request(patient(t), http.MethodDelete, "/sessions/"+session.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := user.Send(req)
		want(t, answer, err, http.StatusNoContent, "")
	}
}

func logout(t testing.TB, user *client.User) {
	t.Helper()
	answer, err := user.PostRaw(patient(t), "/logout", "{}")
	want(t, answer, err, http.StatusNoContent, "")
}

// awaitEnd reads a stream to its end, which must have that reason.
func awaitEnd(t testing.TB, stream *client.Stream, reason string) {
	t.Helper()
	for {
		e, err := stream.Next(patient(t))
		if err != nil {
			t.Fatalf("stream ended without a word: %s", err)
		}
		if e.Name != "end" {
			continue
		}
		if e.Data != `{"reason":"`+reason+`"}` {
			t.Errorf("stream ended with %s, want %s", e.Data, reason)
		}
		if _, err := stream.Next(patient(t)); !errors.Is(err, io.EOF) {
			t.Errorf("after the end: %v, want %v", err, io.EOF)
		}
		return
	}
}

// query changes something in the database, behind everybody's back.
func query(t testing.TB, sql string, args ...any) {
	t.Helper()
	queryAt(t, parley, sql, args...)
}

func queryAt(t testing.TB, at system.System, sql string, args ...any) {
	t.Helper()
	ctx := patient(t)
	url, err := at.DatabaseURL(ctx)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql, args...); err != nil {
		t.Fatal(err)
	}
}
