package e2e

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"parley/deploy/e2e/client"
)

// Every row is refused, through the gateway, with the code of the contract; and
// changes nothing.
func TestBadInputGetsAClearError(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	say(t, user, room, 1)
	messages := "/chat/" + room + "/messages"
	long := strings.Repeat("ä", 4001)
	for _, row := range []struct {
		name, path, body string
		status           int
		code             string
	}{
		{"username taken", "/register", `{"username":"` + user.Name + `","password":"long enough"}`, 409, "username_taken"},
		{"username taken, other case", "/register", `{"username":"` + strings.ToUpper(user.Name) + `","password":"long enough"}`, 409, "username_taken"},
		{"username of one letter", "/register", `{"username":"a","password":"long enough"}`, 422, "username_invalid"},
		{"username with space", "/register", `{"username":"a b","password":"long enough"}`, 422, "username_invalid"},
		{"username of 33", "/register", `{"username":"` + strings.Repeat("a", 33) + `","password":"long enough"}`, 422, "username_invalid"},
		{"short password", "/register", `{"username":"somebody","password":"seven77"}`, 422, "password_too_short"},
		{"registration is no JSON", "/register", `{"username":`, 400, "invalid_json"},
		{"registration of wrong types", "/register", `{"username":1,"password":[]}`, 400, "invalid_json"},
		{"wrong password", "/login", `{"username":"` + user.Name + `","password":"not the password"}`, 401, "bad_credentials"},
		{"unknown name", "/login", `{"username":"nobody-at-all","password":"not the password"}`, 401, "bad_credentials"},
		{"room exists", "/chat", `{"name":"general"}`, 409, "room_exists"},
		{"room name with capital", "/chat", `{"name":"General"}`, 422, "room_name_invalid"},
		{"room name of 101", "/chat", `{"name":"` + strings.Repeat("a", 101) + `"}`, 422, "room_name_invalid"},
		{"room name empty", "/chat", `{}`, 422, "room_name_invalid"},
		{"message is no JSON", messages, `{"body":"x"`, 400, "invalid_json"},
		{"message is a list", messages, `["x"]`, 400, "invalid_json"},
		{"body of wrong type", messages, `{"body":5}`, 400, "invalid_json"},
		{"nothing at all", messages, ``, 400, "invalid_json"},
		{"invalid UTF-8", messages, "{\"body\":\"\xff\"}", 400, "invalid_json"},
		{"body empty", messages, `{"body":""}`, 422, "body_empty"},
		{"body missing", messages, `{}`, 422, "body_empty"},
		{"body blank", messages, `{"body":" \n\t\u00a0 "}`, 422, "body_empty"},
		{"body of 4001", messages, `{"body":"` + long + `"}`, 422, "body_too_long"},
		{"body with NUL", messages, `{"body":"a\u0000b"}`, 422, "body_invalid"},
		{"client_id of 101", messages, `{"body":"x","client_id":"` + strings.Repeat("x", 101) + `"}`, 422, "client_id_invalid"},
		{"request of 65 KiB", messages, `{"body":"` + strings.Repeat("x", 65<<10) + `"}`, 413, "too_large"},
		{"request of 1 MiB", messages, `{"body":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "too_large"},
		{"unknown room", "/chat/no-such-room/messages", `{"body":"x"}`, 404, "room_not_found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			answer, err := user.PostRaw(patient(t), row.path, row.body)
			want(t, answer, err, row.status, row.code)
		})
	}
	t.Cleanup(func() {
		answer, err := user.Get(t.Context(), messages)
		if err == nil && !strings.Contains(string(answer.Body), `"head":1,`) {
			t.Errorf("a refused message left something: %s", answer)
		}
	})
}

func TestBodyAtItsLimits(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	stream := open(t, user, "/chat/"+room+"/stream", "")
	expect(t, stream, "ready 0")
	for sent, stored := range map[string]string{
		strings.Repeat("𝄞", 4000):        strings.Repeat("𝄞", 4000),
		"  two  spaces\n\tand a tab \n ": "two  spaces\n\tand a tab",
		`<script>"&'</script>`:           `<script>"&'</script>`,
		"line\u2028separator":            "line\u2028separator",
	} {
		post(t, user, room, sent)
		m, _, err := client.Message(next(t, stream))
		if err != nil || m.Body != stored {
			t.Errorf("sent %.40q, received %.40q (%v)", sent, m.Body, err)
		}
	}
}

func TestWrongAddresses(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	for _, row := range []struct {
		path   string
		status int
		code   string
	}{
		{"/chat/no-such-room", 404, "room_not_found"},
		{"/chat/no-such-room/messages", 404, "room_not_found"},
		{"/chat/no-such-room/stream", 404, "room_not_found"},
		{"/chat/Not%20A%20Name/stream", 404, "room_not_found"},
		{"/chat/stream?after=Not%20A%20Name:1", 422, "after_invalid"},
		{"/chat/stream?after=" + strings.Repeat("general,", 200) + "general", 422, "after_invalid"},
		{"/chat/general/messages?limit=x", 422, "limit_invalid"},
		{"/chat/general/messages?before=x", 422, "before_invalid"},
		{"/chat/general/messages?before=1&after=1", 422, "place_invalid"},
		{"/people/nobody-at-all", 404, "person_not_found"},
		{"/readyz", 404, "not_found"},
		{"/no/such/page", 404, "not_found"},
		{"/metrics", 404, "not_found"},
		{"/debug/pprof/", 404, "not_found"},
	} {
		answer, err := user.Get(patient(t), row.path)
		want(t, answer, err, row.status, row.code)
	}
}

func TestRetryIsNotASecondMessage(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	message := map[string]string{"body": "once", "client_id": "the-one"}
	for try, status := range []int{http.StatusCreated, http.StatusOK, http.StatusOK} {
		answer, err := user.PostJSON(patient(t), "/chat/"+room+"/messages", message)
		want(t, answer, err, status, "")
		if id := idOf(t, answer); id != 1 {
			t.Errorf("try %d has id %d, want 1", try+1, id)
		}
	}
	other := newUser(t) // whose client_id is another
	answer, err := other.PostJSON(patient(t), "/chat/"+room+"/messages", message)
	want(t, answer, err, http.StatusCreated, "")
	expect(t, open(t, user, "/chat/"+room+"/stream", "0"), append(messages(room, 1, 2), "ready 2")...)
}

func TestHistoryComesInPages(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	say(t, user, room, 12)
	for _, row := range []struct {
		query       string
		first, last int64
		more        bool
	}{
		{"", 1, 12, false},
		{"?limit=5", 8, 12, true},
		{"?limit=5&before=8", 3, 7, true},
		{"?limit=5&before=3", 1, 2, false},
	} {
		answer, err := user.Get(patient(t), "/chat/"+room+"/messages"+row.query)
		want(t, answer, err, http.StatusOK, "")
		var page struct {
			Messages []struct {
				ID   int64
				Body string
			}
			Head int64
			More bool
		}
		if err := json.Unmarshal(answer.Body, &page); err != nil {
			t.Fatal(err)
		}
		if page.Head != 12 || page.More != row.more || int64(len(page.Messages)) != row.last-row.first+1 {
			t.Errorf("%q: %s", row.query, answer)
			continue
		}
		for i, m := range page.Messages {
			if m.ID != row.first+int64(i) || m.Body != strconv.FormatInt(m.ID, 10) {
				t.Errorf("%q: message %d is %+v", row.query, i, m)
			}
		}
	}
}

func idOf(t testing.TB, answer *client.Answer) int64 {
	t.Helper()
	var stored struct{ ID int64 }
	if err := json.Unmarshal(answer.Body, &stored); err != nil {
		t.Fatal(err)
	}
	return stored.ID
}

// The same for people and rooms.
func TestBadInputOfPeopleAndRooms(t *testing.T) {
	t.Parallel()
	user, bob, owner := newUser(t), newUser(t), newUser(t)
	query(t, `UPDATE users SET role = 'owner' WHERE username = $1`, owner.Name)
	room, gone := newRoom(t, user), unique("archived")
	if err := user.CreateRoom(patient(t), gone); err != nil {
		t.Fatal(err)
	}
	if err := user.Expect(patient(t), http.StatusOK, http.MethodPatch, "/chat/"+gone, map[string]bool{"archived": true}); err != nil {
		t.Fatal(err)
	}
	at := "/chat/" + room
	for _, row := range []struct {
		name         string
		who          *client.User
		method, path string
		body         string
		status       int
		code         string
	}{
		{"a reserved name", user, "POST", "/chat", `{"name":"stream"}`, 422, "room_name_invalid"},
		{"a direct room's name", user, "POST", "/chat", `{"name":"dm-x"}`, 422, "room_name_invalid"},
		{"an unknown kind", user, "POST", "/chat", `{"name":"x","kind":"secret"}`, 422, "kind_invalid"},
		{"a room of kind direct", user, "POST", "/chat", `{"name":"x","kind":"direct"}`, 422, "kind_invalid"},
		{"a title of 81", user, "PATCH", at, `{"title":"` + strings.Repeat("ä", 81) + `"}`, 422, "title_too_long"},
		{"a topic of 251", user, "PATCH", at, `{"topic":"` + strings.Repeat("ä", 251) + `"}`, 422, "topic_too_long"},
		{"settings that are no JSON", user, "PATCH", at, `{"title":`, 400, "invalid_json"},
		{"somebody else's settings", bob, "PATCH", at, `{"title":"x"}`, 403, "forbidden"},
		{"an unknown level", user, "PUT", at + "/notify", `{"level":"loud"}`, 422, "level_invalid"},
		{"no level", user, "PUT", at + "/notify", `{}`, 422, "level_invalid"},
		{"a negative position", user, "PUT", at + "/read", `{"id":-1}`, 422, "id_invalid"},
		{"a position of wrong type", user, "PUT", at + "/read", `{"id":"x"}`, 400, "invalid_json"},
		{"a position of who is not in it", bob, "PUT", at + "/read", `{"id":1}`, 409, "not_member"},
		{"an unknown person added", user, "PUT", at + "/members/nobody-at-all", ``, 404, "person_not_found"},
		{"an archived room posted to", user, "POST", "/chat/" + gone + "/messages", `{"body":"x"}`, 409, "room_archived"},
		{"an archived room joined", bob, "POST", "/chat/" + gone + "/join", ``, 409, "room_archived"},
		{"direct with nobody", user, "POST", "/direct", `{"people":[]}`, 422, "people_invalid"},
		{"direct with oneself", user, "POST", "/direct", `{"people":["` + user.Name + `"]}`, 422, "people_invalid"},
		{"direct with ten", user, "POST", "/direct", `{"people":["b1","b2","b3","b4","b5","b6","b7","b8","b9"]}`, 422, "people_invalid"},
		{"direct with somebody unknown", user, "POST", "/direct", `{"people":["nobody-at-all"]}`, 404, "person_not_found"},
		{"a display name of 81", user, "PATCH", "/me", `{"display_name":"` + strings.Repeat("ä", 81) + `"}`, 422, "display_name_invalid"},
		{"an unknown role", owner, "PATCH", "/people/" + bob.Name, `{"role":"king"}`, 422, "role_invalid"},
		{"an unknown person's role", owner, "PATCH", "/people/nobody-at-all", `{"role":"member"}`, 404, "person_not_found"},
		{"an unknown person banned", owner, "POST", "/people/nobody-at-all/ban", ``, 404, "person_not_found"},
		{"an invite to an unknown room", owner, "POST", "/invites", `{"rooms":["no-such-room"]}`, 404, "room_not_found"},
		{"an invite for kings", owner, "POST", "/invites", `{"role":"king"}`, 422, "role_invalid"},
		{"an invite for owners", owner, "POST", "/invites", `{"role":"owner"}`, 403, "forbidden"},
		{"an unknown invite", owner, "DELETE", "/invites/none-that-there-is", ``, 404, "invite_not_found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			answer, err := row.who.DoRaw(patient(t), row.method, row.path, row.body)
			want(t, answer, err, row.status, row.code)
		})
	}
}

// A page of another site may have its name resolve to this machine; it is told
// nothing.
func TestUnknownHostsAreToldNothing(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	for _, path := range []string{"/chat", "/login", "/chat/general/stream", "/chat/stream"} {
		req, err := user.Request(patient(t), http.MethodGet, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "rebound.example"
		answer, err := user.Send(req)
		want(t, answer, err, http.StatusMisdirectedRequest, "host_not_allowed")
	}
}
