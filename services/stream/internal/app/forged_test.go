package app

import (
	"strings"
	"testing"
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

// TestForgedPublishWhoseTrueOneIsLost lets a forged publish take a position. The
// true message is stored there, and its publish is lost: no two publishes ever
// differ, and the heads are equal.
func TestForgedPublishWhoseTrueOneIsLost(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.post("general", "first")
	c := b.listen("/chat/general/stream", b.signIn("ada", time.Hour), "0")
	c.want("room.general 1", "ready 1")
	b.publish(chat.Message{ID: 2, Revision: 2, Room: "general", Username: "mallory", Body: "forged"})
	c.want("room.general 2")
	b.insert("general", "true")
	c.want("reset 1")
	if e := c.next(); e.ID != "2" || !strings.Contains(e.Data, `"body":"true"`) {
		t.Errorf("got %+v", e)
	}
}

// TestForgedMembershipDoesNotHideALeave does the same on a person's log: the
// forged event says that nothing changes, and the true one takes a room away.
func TestForgedMembershipDoesNotHideALeave(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	b.privateRoom("cabinet")
	b.member("ada", "cabinet", true)
	c := b.listen("/chat/stream", ada, "")
	c.want("ready @ada:1", "ready cabinet:0")
	b.tell(&wire.Membership{Revision: 2, Room: "cabinet", Kind: chat.Private, Member: true, Notify: chat.NotifyAll})
	c.want("me @ada:2")
	b.member("ada", "cabinet", false)
	c.want("reset @ada:1", "me @ada:2")
	b.awaitLost("cabinet")
	b.post("cabinet", "about her")
	c.silence(repairTime / 2)
}
