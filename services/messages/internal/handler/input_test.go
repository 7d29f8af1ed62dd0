package handler

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"parley/core/chat"
)

// body makes a request's context of a body and its type.
func body(t *testing.T, contentType string, data []byte) *gin.Context {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(string(data)))
	r.Header.Set("Content-Type", contentType)
	return &gin.Context{Request: r}
}

// mustBeTold fails if err is none that a client is told as its own.
func mustBeTold(t *testing.T, err error) {
	t.Helper()
	for _, known := range []error{errTooLarge, errMediaType, errJSON, errForm} {
		if errors.Is(err, known) {
			return
		}
	}
	t.Errorf("a client would be told 500: %v", err)
}

func seeds(f *testing.F, objects ...string) {
	for _, object := range objects {
		f.Add("application/json", []byte(object))
	}
	for _, form := range []string{"", "body=hi&client_id=", "body=%ff%00", "body=%zz", "username=ada&password=x&next=//evil", "body=a%0D%0Ab;c", "a=b&a=c"} {
		f.Add("application/x-www-form-urlencoded", []byte(form))
	}
	for _, kind := range []string{"", "text/plain", ";;", "application/json; charset=utf-16", "multipart/form-data; boundary=x"} {
		f.Add(kind, []byte(`{"body":"hi"}`))
	}
}

func FuzzPost(f *testing.F) {
	seeds(f, `{"body":"hi","client_id":"1"}`, `{"body":"\ud83d","client_id":null}`, `{"Body":"hi","BODY":"ho"}`, `{"body":1}`, `[{}]`, `null`, ` `,
		`{"body":"hi"}{}`, `{"body":"a\u0000"}`, "{\"body\":\"\xff\"}")
	f.Fuzz(func(t *testing.T, contentType string, data []byte) {
		d, err := readDraft(body(t, contentType, data))
		if err != nil {
			mustBeTold(t, err)
			return
		}
		text, err := chat.CleanBody(d.Body)
		if err == nil && (!utf8.ValidString(text) || strings.ContainsRune(text, 0) || text == "") {
			t.Errorf("%q is stored as %q", data, text)
		}
		if d.ClientID == nil {
			return
		}
		if id := *d.ClientID; chat.CheckClientID(id) == nil && (!utf8.ValidString(id) || strings.ContainsRune(id, 0) || id == "") {
			t.Errorf("%q has the client id %q", data, id)
		}
	})
}

func FuzzRegister(f *testing.F) {
	seeds(f, `{"username":"ada","password":"12345678"}`, `{"username":["ada"]}`, `{"password":null}`, `{"username":"\u212a"}`, `{"next":"//evil"}`, `{`)
	f.Fuzz(func(t *testing.T, contentType string, data []byte) {
		got, err := readCredentials(body(t, contentType, data))
		if err != nil {
			mustBeTold(t, err)
			return
		}
		if len(got.Username)+len(got.Password) > 3*maxRequest { // a byte may become U+FFFD
			t.Errorf("%d bytes became more", len(data))
		}
		if !got.form && (got.next != "" || !utf8.ValidString(got.Username) || !utf8.ValidString(got.Password)) {
			t.Errorf("%q was read as %+v", data, got)
		}
	})
}

func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/chat/general?x=1#2", "", "//evil.example", `/\evil`, "/\t/evil", "https://evil", "/x\r\nSet-Cookie: a", "/%zz", "/%2f/evil", "/..//evil", "/@evil", "/chat\u2028"} {
		f.Add(seed)
	}
	site, err := url.Parse("https://parley.example/login")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, next string) {
		path := localPath(next)
		u, err := site.Parse(path)
		if err != nil || u.Scheme != "https" || u.Host != "parley.example" || u.User != nil {
			t.Errorf("%q leads to %v, %v", next, u, err)
		}
		if strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t\x00") {
			t.Errorf("%q leads to %q, which browsers read otherwise", next, path)
		}
	})
}
