package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
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
	cookie, err := sessionCookie(answer.Header, u.cookieName())
	if err != nil {
		return fmt.Errorf("POST %s: %w", path, err)
	}
	u.Cookie = cookie.Value
	return nil
}

func sessionCookie(header http.Header, name string) (*http.Cookie, error) {
	for _, line := range header.Values("Set-Cookie") {
		cookie, err := http.ParseSetCookie(line)
		if err != nil {
			return nil, err
		}
		if cookie.Name == name {
			return cookie, nil
		}
	}
	return nil, fmt.Errorf("no cookie %s", name)
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

// CreateRoom makes an open room.
func (u *User) CreateRoom(ctx context.Context, name string) error {
	return u.Expect(ctx, http.StatusCreated, http.MethodPost, "/chat", map[string]string{"name": name})
}

// CreatePrivateRoom makes a private room, which the user moderates.
func (u *User) CreatePrivateRoom(ctx context.Context, name string) error {
	return u.Expect(ctx, http.StatusCreated, http.MethodPost, "/chat", map[string]string{"name": name, "kind": "private"})
}

// Add adds somebody to a room.
func (u *User) Add(ctx context.Context, room, username string) error {
	return u.Expect(ctx, http.StatusNoContent, http.MethodPut, "/chat/"+room+"/members/"+username, nil)
}

// Remove removes somebody from a room.
func (u *User) Remove(ctx context.Context, room, username string) error {
	return u.Expect(ctx, http.StatusNoContent, http.MethodDelete, "/chat/"+room+"/members/"+username, nil)
}

// Join joins a room.
func (u *User) Join(ctx context.Context, room string) error {
	return u.Expect(ctx, http.StatusNoContent, http.MethodPost, "/chat/"+room+"/join", nil)
}

// Leave leaves a room.
func (u *User) Leave(ctx context.Context, room string) error {
	return u.Expect(ctx, http.StatusNoContent, http.MethodPost, "/chat/"+room+"/leave", nil)
}

// Expect sends value as JSON, nothing if it is nil, and returns an error unless
// the answer has status.
func (u *User) Expect(ctx context.Context, status int, method, path string, value any) error {
	answer, err := u.Do(ctx, method, path, value)
	if err != nil {
		return err
	}
	if answer.Status != status {
		return fmt.Errorf("%s %s: %s", method, path, answer)
	}
	return nil
}
