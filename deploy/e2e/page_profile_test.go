package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"parley/deploy/e2e/browser"
)

// What somebody is called, and their picture, change in the open page of
// another without a reload, and are the same after one.
func TestPagesShowProfilesAsTheyChange(t *testing.T) {
	ada, bob := newPerson(t, browser.Desktop), newPerson(t, browser.Desktop)
	user := ada.client(t)
	room := newRoom(t, user)
	post(t, user, room, "hello")
	answer := act(t, user, http.MethodPost, "/direct", map[string][]string{"people": {bob.name}})
	var made struct{ Name string }
	must(t, json.Unmarshal(answer.Body, &made))
	direct := made.Name
	must(t, bob.Enter(room), bob.AwaitMessages("hello"))
	author := func(want string) string {
		return fmt.Sprintf(`document.querySelector("#log .author").textContent === %q`, want)
	}
	must(t, bob.Await("ada goes by her username", author(ada.name)))

	must(t, ada.Go("/account"), ada.Fill("#display-name", "Ada Lovelace"), ada.Evaluate(`document.querySelector("#display-name").form.requestSubmit()`, nil),
		ada.Await("the name is saved", `document.querySelector(".done")`))
	shown := func() {
		t.Helper()
		must(t, bob.Await("the message has the name", author("Ada Lovelace @"+ada.name)),
			bob.Await("the side has it", fmt.Sprintf(`document.querySelector("#direct-list [data-room='%s'] .room-name").textContent === "Ada Lovelace"`, direct)))
	}
	shown()

	must(t, ada.Evaluate(choosePicture, nil), ada.Await("the picture is saved", `document.querySelector(".portrait .avatar img")?.naturalWidth > 0`))
	picture := `document.querySelector("#log .avatar img")?.naturalWidth > 0`
	must(t, bob.Await("the message has the picture", picture))
	must(t, bob.Reload(), bob.Live())
	shown()
	must(t, bob.Await("the picture is there after a reload", picture))
	checkAccess(t, bob.Page, "a room with names and pictures")
	must(t, bob.helped(), bob.Fill("#composer-body", "@lovel"), bob.Await("she is proposed by her name", `document.querySelector("#suggestions [role=option]")?.textContent.includes("Ada Lovelace")`))
	must(t, bob.Fill("#composer-body", ""))

	must(t, ada.Go("/account"), ada.Fill("#status-text", "Counting"), ada.Fill("#status-emoji", "🌴"),
		ada.Evaluate(`document.querySelector("[name=theme][value=dark]").checked = true; document.querySelector("#status-text").form.requestSubmit()`, nil),
		ada.Await("the status is saved", `document.querySelector("#status-text").value === "Counting" && document.querySelector(".done")`))
	checkAccess(t, ada.Page, "an account with everything")
	must(t, bob.Go("/people/"+ada.name), bob.Await("her page has the status", `document.querySelector(".profile-status").textContent.includes("Counting")`))
	checkAccess(t, bob.Page, "a person with a status")

	must(t, ada.Evaluate(`document.querySelector("[name=remove]").click()`, nil), ada.Await("the picture is gone", `!document.querySelector(".portrait .avatar img")`))
	must(t, bob.Enter(room), bob.Await("and of the message", `document.querySelector("#log .avatar") && !document.querySelector("#log .avatar img")`))
}

// choosePicture puts a picture into the form, as somebody does who chooses a
// file, and sends it.
const choosePicture = `(() => {
	const canvas = document.createElement("canvas");
	canvas.width = canvas.height = 300;
	canvas.getContext("2d").fillRect(0, 0, 150, 300);
	canvas.toBlob((blob) => {
		const files = new DataTransfer();
		files.items.add(new File([blob], "me.png", { type: "image/png" }));
		const field = document.querySelector("#avatar-file");
		field.files = files.files;
		field.form.requestSubmit();
	});
})()`
