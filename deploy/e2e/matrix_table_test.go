package e2e

// What every route answers to whom. "M" is owner, admin and member, "G" guest;
// owner and admin have lines of their own where they may more. Answers are a
// status, or the short names below; "a|b" is either. A stranger and somebody
// who is banned get 401 everywhere, but where a route is for anybody.
//
//	nf 404 room_not_found   fb 403 forbidden       dir 409 room_direct
//	nm 409 not_member       arc 409 room_archived  pnf 404 person_not_found
//	ny 403 not_yours
//
// :id is a message of the maker's.

var shortAnswers = map[string]string{
	"nf": "404 room_not_found", "fb": "403 forbidden", "dir": "409 room_direct",
	"nm": "409 not_member", "arc": "409 room_archived", "pnf": "404 person_not_found",
	"ny": "403 not_yours",
}

// kinds are how somebody stands to a room, in the order of the table's columns.
var kinds = []string{"open in", "open out", "private in", "private out", "direct in", "direct out", "archived in", "none"}

// roomRoute is a route with a room in it.
type roomRoute struct {
	route string
	body  string // of the request, JSON or a form; ROOM, PEER and NEW stand for names
	query string
	want  map[string]string // by "M", "G", "owner", "admin"; a word for each kind
}

// open in, open out, private in, private out, direct in, direct out, archived in, none
var roomRoutes = []roomRoute{
	{"GET /chat/:room", "", "", map[string]string{
		"M": "200 200 200 nf 200 nf 200 nf",
		"G": "200 nf  200 nf 200 nf 200 nf",
	}},
	{"GET /chat/:room/:id", "", "", map[string]string{
		"M": "200 200 200 nf 200 nf 200 nf",
		"G": "200 nf  200 nf 200 nf 200 nf",
	}},
	{"GET /chat/:room/messages", "", "", map[string]string{
		"M": "200 200 200 nf 200 nf 200 nf",
		"G": "200 nf  200 nf 200 nf 200 nf",
	}},
	{"GET /chat/:room/stream", "", "", map[string]string{
		"M": "200 200 200 nf 200 nf 200 nf",
		"G": "200 nf  200 nf 200 nf 200 nf",
	}},
	{"GET /chat/:room/members", "", "", map[string]string{
		"M": "200 200 200 nf 200 nf 200 nf",
		"G": "200 nf  200 nf 200 nf 200 nf",
	}},
	{"POST /chat/:room/messages", `{"body":"hello"}`, "", map[string]string{
		"M": "201 201 201 nf 201 nf arc nf",
		"G": "201 nf  201 nf 201 nf arc nf",
	}},
	{"POST /chat/:room/messages reply", `{"body":"hello","reply_to":1}`, "", map[string]string{
		"M": "201 201 201 nf 201 nf arc nf",
		"G": "201 nf  201 nf 201 nf arc nf",
	}},
	{"PATCH /chat/:room/messages/:id", `{"body":"changed"}`, "", map[string]string{
		"M": "ny nm ny nf ny nf arc nf",
		"G": "ny nf ny nf ny nf arc nf",
	}},
	{"DELETE /chat/:room/messages/:id", "", "", map[string]string{
		"owner": "200 200 200 nf ny nf arc nf",
		"admin": "200 200 200 nf ny nf arc nf",
		"M":     "ny  nm  ny  nf ny nf arc nf",
		"G":     "ny  nf  ny  nf ny nf arc nf",
	}},
	{"PUT /chat/:room/messages/:id/reactions/:emoji", "", "", map[string]string{
		"M": "200 nm 200 nf 200 nf arc nf",
		"G": "200 nf 200 nf 200 nf arc nf",
	}},
	{"DELETE /chat/:room/messages/:id/reactions/:emoji", "", "", map[string]string{
		"M": "200 nm 200 nf 200 nf arc nf",
		"G": "200 nf 200 nf 200 nf arc nf",
	}},
	{"PUT /chat/:room/messages/:id/pin", "", "", map[string]string{
		"M": "200 nm 200 nf 200 nf arc nf",
		"G": "200 nf 200 nf 200 nf arc nf",
	}},
	{"DELETE /chat/:room/messages/:id/pin", "", "", map[string]string{
		"M": "200 nm 200 nf 200 nf arc nf",
		"G": "200 nf 200 nf 200 nf arc nf",
	}},
	{"GET /chat/:room/messages/:id/versions", "", "", map[string]string{
		"owner": "200 200 200 nf 200 nf 200 nf",
		"M":     "fb  fb  fb  nf fb  nf fb  nf",
		"G":     "fb  nf  fb  nf fb  nf fb  nf",
	}},
	{"GET /chat/:room/pins", "", "", map[string]string{
		"M": "200 200 200 nf 200 nf 200 nf",
		"G": "200 nf  200 nf 200 nf 200 nf",
	}},
	{"PATCH /chat/:room", `{"title":"A new title"}`, "", map[string]string{
		"owner": "200 200 200 nf dir nf arc nf",
		"admin": "200 200 200 nf dir nf arc nf",
		"M":     "fb  fb  fb  nf dir nf fb  nf",
		"G":     "fb  nf  fb  nf dir nf fb  nf",
	}},
	{"PATCH /chat/:room retention", `{"retention_days":30}`, "", map[string]string{
		"owner": "200 200 200 nf dir nf 200 nf",
		"admin": "200 200 200 nf dir nf 200 nf",
		"M":     "fb  fb  fb  nf dir nf fb  nf",
		"G":     "fb  nf  fb  nf dir nf fb  nf",
	}},
	{"POST /chat/:room/join", "", "", map[string]string{
		"M": "204 204 204 nf 204 nf 204 nf",
		"G": "204 nf  204 nf 204 nf 204 nf",
	}},
	{"POST /chat/:room/leave", "", "", map[string]string{
		"M": "204 204 204 nf dir nf 204 nf",
		"G": "204 nf  204 nf dir nf 204 nf",
	}},
	{"PUT /chat/:room/members/:username", "", "", map[string]string{
		"owner": "204 204 204 nf dir nf arc nf",
		"admin": "204 204 204 nf dir nf arc nf",
		"M":     "204 nm  204 nf dir nf arc nf",
		"G":     "204 nf  204 nf dir nf arc nf",
	}},
	{"DELETE /chat/:room/members/:username", "", "", map[string]string{
		"owner": "204 204 204 nf dir nf 204 nf",
		"admin": "204 204 204 nf dir nf 204 nf",
		"M":     "fb  fb  fb  nf dir nf fb  nf",
		"G":     "fb  nf  fb  nf dir nf fb  nf",
	}},
	{"GET /chat/:room/settings", "", "", map[string]string{
		"M": "200 200 200 nf 200 nf 200 nf",
		"G": "200 nf  200 nf 200 nf 200 nf",
	}},
	{"POST /chat/:room/settings", "title=A+new+title", "", map[string]string{
		"owner": "303 303 303 nf dir nf arc nf",
		"admin": "303 303 303 nf dir nf arc nf",
		"M":     "fb  fb  fb  nf dir|fb nf fb|arc nf",
		"G":     "fb  nf  fb  nf dir|fb nf fb|arc nf",
	}},
	{"POST /chat/:room/notify", "level=none", "", map[string]string{
		"M": "303 nm 303 nf 303 nf 303 nf",
		"G": "303 nf 303 nf 303 nf 303 nf",
	}},
	{"POST /chat/:room/members/add", "username=PEER", "", map[string]string{
		"owner": "303 303|fb 303 nf dir nf arc nf",
		"admin": "303 303|fb 303 nf dir nf arc nf",
		"M":     "303 fb|nm  303 nf dir nf arc nf",
		"G":     "303 nf  303 nf dir nf arc nf",
	}},
	{"POST /chat/:room/members/remove", "username=PEER", "", map[string]string{
		"owner": "303 303 303 nf dir nf 303 nf",
		"admin": "303 303 303 nf dir nf 303 nf",
		"M":     "fb  fb  fb  nf dir|fb nf fb nf",
		"G":     "fb  nf  fb  nf dir|fb nf fb nf",
	}},
	{"PUT /chat/:room/read", `{"id":1}`, "", map[string]string{
		"M": "204 nm 204 nf 204 nf 204 nf",
		"G": "204 nf 204 nf 204 nf 204 nf",
	}},
	{"PUT /chat/:room/notify", `{"level":"none"}`, "", map[string]string{
		"M": "204 nm 204 nf 204 nf 204 nf",
		"G": "204 nf 204 nf 204 nf 204 nf",
	}},
	{"POST /chat/:room/typing", "", "", map[string]string{
		"M": "204 204 204 nf 204 nf 204 nf",
		"G": "204 nf  204 nf 204 nf 204 nf",
	}},
}

// The roles, in the order of the other table's columns.
var roles = []string{"owner", "admin", "member", "guest", "stranger", "banned"}

// otherRoute is a route without a room in it.
type otherRoute struct {
	route string
	path  string // "" for that of the route
	body  string
	want  string // a word for each role
}

// owner, admin, member, guest, stranger, banned
var otherRoutes = []otherRoute{
	{"GET /", "", "", "303 303 303 303 303 303"},
	{"GET /healthz", "", "", "200 200 200 200 200 200"},
	{"GET /robots.txt", "", "", "200 200 200 200 200 200"},
	{"GET /manifest.webmanifest", "", "", "200 200 200 200 200 200"},
	{"GET /apple-touch-icon.png", "", "", "200 200 200 200 200 200"},
	{"GET /icon-192.png", "", "", "200 200 200 200 200 200"},
	{"GET /icon-512.png", "", "", "200 200 200 200 200 200"},
	{"GET /icon-maskable.png", "", "", "200 200 200 200 200 200"},
	{"GET /assets/:digest/*name", "/assets/x/none.css", "", "404 404 404 404 404 404"},
	{"GET /register", "", "", "303 303 303 303 200 200"},
	{"GET /login", "", "", "303 303 303 303 200 200"},
	{"GET /join/:code", "/join/none-that-there-is", "", "303|404 303|404 303|404 303|404 404 404"},
	{"GET /join", "/join?invite=nonsense", "", "422 422 422 422 422 422"},
	{"POST /register", "", `{"username":"?","password":"long enough"}`, "422 422 422 422 422 422"},
	{"POST /login", "", `{"username":"NEW","password":"not the password"}`, "401 401 401 401 401 401"},
	{"POST /logout", "", "", "204 204 204 204 204 204"},

	{"GET /chat", "", "", "200 200 200 200 401 401"},
	{"GET /chat browse", "/chat?browse=1", "", "200 200 200 fb 401 401"},
	{"POST /chat", "", `{"name":"NEW"}`, "201 201 201 fb 401 401"},
	{"POST /chat private", "/chat", `{"name":"NEW","kind":"private"}`, "201 201 201 fb 401 401"},
	{"POST /direct", "", `{"people":["PEER"]}`, "201 201 201 201 401 401"},
	{"POST /direct to who shares no room", "/direct", `{"people":["HERMIT"]}`, "201 201 201 pnf 401 401"},
	{"GET /chat/stream", "", "", "200 200 200 200 401 401"},
	{"PUT /me/presence", "", `{"state":"online"}`, "204 204 204 204 401 401"},
	{"GET /presence", "/presence?people=PEER", "", "200 200 200 200 401 401"},
	{"GET /mentions", "", "", "200 200 200 200 401 401"},
	{"GET /search", "/search?q=hello", "", "200 200 200 200 401 401"},

	{"GET /me", "", "", "200 200 200 200 401 401"},
	{"PATCH /me", "", `{"display_name":"Somebody"}`, "200 200 200 200 401 401"},
	{"POST /me", "", `{"display_name":"Somebody"}`, "200 200 200 200 401 401"},
	{"PUT /me/avatar", "", `{}`, "415 415 415 415 401 401"},
	{"POST /me/avatar", "", `{}`, "415 415 415 415 401 401"},
	{"DELETE /me/avatar", "", "", "204 204 204 204 401 401"},
	{"GET /people/:username/avatar/:digest", "/people/PEER/avatar/00112233445566778899aabbccddeeff", "", "pnf pnf pnf pnf 401 401"},
	{"GET /people by username", "/people?usernames=PEER,HERMIT", "", "200 200 200 200 401 401"},
	{"GET /people", "", "", "200 200 200 200 401 401"},
	{"GET /people/:username", "/people/PEER", "", "200 200 200 200 401 401"},
	{"GET /people/:username who shares no room", "/people/HERMIT", "", "200 200 200 pnf 401 401"},
	{"PATCH /people/:username", "/people/VICTIM", `{"role":"member"}`, "200 200 fb fb 401 401"},
	{"PATCH /people/:username to admin", "/people/VICTIM", `{"role":"admin"}`, "200 200 fb fb 401 401"},
	{"PATCH /people/:username to owner", "/people/VICTIM", `{"role":"owner"}`, "200 fb fb fb 401 401"},
	{"POST /people/:username", "/people/VICTIM", `{"role":"member"}`, "200 200 fb fb 401 401"},
	{"POST /people/:username/ban", "/people/VICTIM/ban", "", "204 204 fb fb 401 401"},
	{"POST /people/:username/unban", "/people/VICTIM/unban", "", "204 204 fb fb 401 401"},
	{"GET /invites", "", "", "200 200 fb fb 401 401"},
	{"POST /invites", "", `{}`, "201 201 fb fb 401 401"},
	{"POST /invites for admins", "/invites", `{"role":"admin"}`, "201 fb fb fb 401 401"},
	{"DELETE /invites/:code", "/invites/none-that-there-is", "", "404 404 fb fb 401 401"},
	{"POST /invites/:code/revoke", "/invites/none-that-there-is/revoke", "", "404 404 fb fb 401 401"},
	{"GET /audit", "", "", "200 200 fb fb 401 401"},
	{"GET /admin", "", "", "200 200 fb fb 401 401"},
	{"GET /welcome", "", "", "200 200 fb fb 401 401"},
	{"GET /direct/new", "", "", "200 200 200 200 401 401"},
	{"GET /account", "", "", "200 200 200 200 401 401"},
	{"GET /sessions", "", "", "200 200 200 200 401 401"},
	{"DELETE /sessions/:id", "/sessions/00000000000000000000000000000000", "", "404 404 404 404 401 401"},
	{"POST /sessions/:id/end", "/sessions/00000000000000000000000000000000/end", "", "303 303 303 303 401 401"},
	{"POST /password", "", `{"current":"not the password","password":"long enough too"}`, "401 401 401 401 401 401"},
}
