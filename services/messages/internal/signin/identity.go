package signin

import (
	"net/http"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"parley/core/session"
)

// registered is the name of the session in gin-contrib's registry. It is not
// that of the cookie, which depends on the request.
const registered = session.CookieName

// Identity is who a request comes from. The zero Identity is nobody.
type Identity struct {
	session.Session // of a recalled one: the key, the username and the role alone

	// Recalled says that the session was live a short while ago, and was not
	// asked for again. Who acts on it makes sure that it is live when it counts.
	Recalled bool
}

// SignedIn reports whether it is somebody.
func (i Identity) SignedIn() bool { return i.Username != "" }

// Middleware lets gin-contrib's sessions work in the handlers behind it.
func (s *Store) Middleware() gin.HandlerFunc { return ginsessions.Sessions(registered, s) }

// Identify returns who the request comes from, as Postgres knows it. An error
// is Postgres's: gin-contrib's own lookup would only log it, and go on as if
// nobody were signed in.
func (s *Store) Identify(r *http.Request) (Identity, error) {
	found, err := s.Get(r, registered)
	if err != nil {
		return Identity{}, err
	}
	current, _ := found.Values[loaded].(session.Session)
	return Identity{Session: current}, nil
}

// Recall returns whose session the request came with, if that was looked up a
// short while ago; else it is nobody. It may have ended since.
func (s *Store) Recall(r *http.Request) Identity {
	key, ok := session.FromRequest(r)
	if !ok {
		return Identity{}
	}
	return s.Recent.recall(key)
}

// SignIn starts a session of username, with a new token, if admit has nothing
// against it. The session that the request came with ends. Errors: admit's,
// [session.ErrNotFound] if there is no such account.
func (s *Store) SignIn(c *gin.Context, username string, admit Admit) error {
	if _, err := s.Identify(c.Request); err != nil {
		return err
	}
	fresh := ginsessions.Default(c)
	fresh.Clear()
	fresh.Set(Username, username)
	fresh.Set(admission, admit)
	return fresh.Save()
}

// SignOut ends the session that the request came with. It is done where there
// is none.
func (s *Store) SignOut(c *gin.Context) error {
	if _, err := s.Identify(c.Request); err != nil {
		return err
	}
	current := ginsessions.Default(c)
	current.Options(ginsessions.Options{MaxAge: -1})
	return current.Save()
}
