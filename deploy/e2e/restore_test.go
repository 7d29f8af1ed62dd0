package e2e

import (
	"bytes"
	"testing"

	"parley/deploy/e2e/client"
	"parley/deploy/e2e/system"
)

// What was said after a backup is gone when it is restored, and what is said
// then takes positions that clients have never seen, although theirs were ahead
// of the backup's. The services run on all the while.
func TestRestoreIntoAnEmptyDatabaseResetsEveryClient(t *testing.T) {
	own := another(t, system.Options{Log: "restore"})
	if own == nil {
		return
	}
	newUserAt(t, own.URL()) // owns it
	user, other := newUserAt(t, own.URL()), newUserAt(t, own.URL())
	room := newRoom(t, user)
	if err := other.Join(patient(t), room); err != nil {
		t.Fatal(err)
	}
	say(t, user, room, 5)
	backup := messagesCommand(t, own, nil, "backup")

	for range 20 {
		post(t, other, room, "lost")
	}
	lost := mirrorOf(t, user)
	stream := open(t, user, "/chat/"+room+"/stream", "")
	queryAt(t, own, `DROP SCHEMA public CASCADE; CREATE SCHEMA public`)
	messagesCommand(t, own, nil, "migrate")
	messagesCommand(t, own, backup, "restore")
	awaitEnd(t, stream, "session")

	signIn(t, user)
	signIn(t, other)
	for range 3 { // a number of which clients had another
		post(t, other, room, "after the restore")
	}
	fresh := mirrorOf(t, user)
	matches(t, lost, fresh, "a client of before")
	if lost.Resets == 0 {
		t.Error("it was not told to load anew")
	}
	whole, err := user.Whole(patient(t), room)
	if err != nil || len(whole.Messages) != 8 {
		t.Errorf("the room has %d messages, %v; want the 5 that were backed up, and 3", len(whole.Messages), err)
	}
	// It goes on, with nothing more to be loaded.
	for resets := -1; resets != lost.Resets; {
		resets = lost.Resets // the stream's first frames have them all
		post(t, other, room, "later")
		matches(t, lost, mirrorOf(t, user), "later")
	}
	loads := lost.Loads
	post(t, other, room, "last")
	matches(t, lost, mirrorOf(t, user), "last")
	if lost.Loads != loads {
		t.Error("it had to load anew once more")
	}
}

// messagesCommand runs a command of the messages service.
func messagesCommand(t testing.TB, own system.System, in []byte, args ...string) []byte {
	t.Helper()
	out, err := own.Messages(patient(t), bytes.NewReader(in), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// signIn signs a user in anew.
func signIn(t testing.TB, user *client.User) {
	t.Helper()
	user.Cookie = ""
	if err := user.Login(patient(t)); err != nil {
		t.Fatal(err)
	}
}
