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
		{"/chat/stream?after=no-such-room:1", 404, "room_not_found"},
		{"/chat/stream", 422, "after_invalid"},
		{"/chat/stream?after=" + strings.Repeat("general,", 101) + "general", 422, "after_invalid"},
		{"/chat/general/messages?limit=x", 422, "limit_invalid"},
		{"/chat/general/messages?before=x", 422, "before_invalid"},
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
