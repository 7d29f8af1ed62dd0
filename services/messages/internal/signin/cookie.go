package signin

import (
	"net/http"

	"parley/core/session"
)

// setCookie gives the client its token. Under https the cookie is one that no
// other site of the domain can set, and the plain one goes.
func (s *Store) setCookie(w http.ResponseWriter, r *http.Request, token session.Token) {
	https := s.HTTPS(r)
	name := session.CookieName
	if https {
		name = session.HostCookieName
		if has(r, session.CookieName) {
			http.SetCookie(w, cookie(session.CookieName, "", -1, https))
		}
	}
	http.SetCookie(w, cookie(name, string(token), int(s.TTL.Seconds()), https))
}

// clearCookies takes the token away from the client.
func (s *Store) clearCookies(w http.ResponseWriter, r *http.Request) {
	https := s.HTTPS(r)
	if https {
		http.SetCookie(w, cookie(session.HostCookieName, "", -1, https))
	}
	if !https || has(r, session.CookieName) {
		http.SetCookie(w, cookie(session.CookieName, "", -1, https))
	}
}

func has(r *http.Request, name string) bool {
	_, err := r.Cookie(name)
	return err == nil
}

func cookie(name, value string, maxAge int, https bool) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // G124: it is secure where https is
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		Secure: https, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}
