package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"parley/core/session"
)

// Password is what all users of the tests have.
const Password = "correct horse battery"

// Register makes the user's account and signs in.
func (u *User) Register(ctx context.Context) error {
	return u.signIn(ctx, "/register", http.StatusCreated)
}

// Login signs in to an account that exists.
func (u *User) Login(ctx context.Context) error { return u.signIn(ctx, "/login", http.StatusOK) }

func (u *User) signIn(ctx context.Context, path string, want int) error {
	answer, err := u.PostJSON(ctx, path, map[string]string{"username": u.Name, "password": Password})
	if err != nil {
		return err
	}
	if answer.Status != want {
		return fmt.Errorf("POST %s: %s", path, answer)
	}
	cookie, err := sessionCookie(answer.Header)
	if err != nil {
		return fmt.Errorf("POST %s: %w", path, err)
	}
	u.Cookie = cookie.Value
	return nil
}

func sessionCookie(header http.Header) (*http.Cookie, error) {
	for _, line := range header.Values("Set-Cookie") {
		cookie, err := http.ParseSetCookie(line)
		if err != nil {
			return nil, err
		}
		if cookie.Name == session.CookieName {
			return cookie, nil
		}
	}
	return nil, fmt.Errorf("no cookie %s", session.CookieName)
}

// Post sends a message and returns its position. clientID may be "".
func (u *User) Post(ctx context.Context, room, body, clientID string) (int64, error) {
	message := map[string]string{"body": body}
	if clientID != "" {
		message["client_id"] = clientID
	}
	answer, err := u.PostJSON(ctx, "/chat/"+room+"/messages", message)
	if err != nil {
		return 0, err
	}
	if answer.Status != http.StatusCreated && answer.Status != http.StatusOK {
		return 0, fmt.Errorf("POST message: %s", answer)
	}
	var stored struct{ ID int64 }
	if err := json.Unmarshal(answer.Body, &stored); err != nil {
		return 0, fmt.Errorf("read answer: %w", err)
	}
	return stored.ID, nil
}

// CreateRoom makes a room.
func (u *User) CreateRoom(ctx context.Context, name string) error {
	answer, err := u.PostJSON(ctx, "/chat", map[string]string{"name": name})
	if err != nil {
		return err
	}
	if answer.Status != http.StatusCreated {
		return fmt.Errorf("POST room: %s", answer)
	}
	return nil
}
