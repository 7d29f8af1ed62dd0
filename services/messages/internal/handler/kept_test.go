package handler

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"parley/messages/internal/reads"
)

// An answer is kept by the query that asked for it, and nobody counts what that
// takes in memory: so one that is long is answered and not kept.
func TestLongQueriesAreNotKept(t *testing.T) {
	t.Parallel()
	for query, kept := range map[string]bool{
		"around=9223372036854775807&limit=200":              true,
		"since=2026-12-01T03%3A04%3A05.123456789%2B05%3A45": true,
		"x=" + strings.Repeat("y", 10_000):                  false,
	} {
		h := &Handler{kept: newKept()}
		recorder := httptest.NewRecorder()
		c, _ := gin.CreateTestContext(recorder)
		c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/chat/general/messages?"+query, nil)
		c.Params = gin.Params{{Key: "room", Value: "general"}}
		c.Set(now, reads.Now{})
		h.answerStretch(c, []byte("{}"))
		if recorder.Body.String() != "{}" {
			t.Errorf("%.40s: %q", query, recorder.Body)
		}
		if got := h.kept.history.Get(stretchKey{"general", query}, 0); (got != nil) != kept {
			t.Errorf("%.40s: kept %t, want %t", query, got != nil, kept)
		}
	}
}
