package handler

import (
	"maps"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// policy lets a page load what this site serves, and nothing inline.
var policy = strings.Join([]string{
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data:",
	"font-src 'self'",
	"connect-src 'self'",
	"worker-src 'self'",
	"manifest-src 'self'",
	"form-action 'self'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
}, "; ")

// hsts has browsers come by https only, for a year. Other services of the
// domain are none of ours.
const hsts = "max-age=31536000"

// secured are the headers that bound what a browser does with our answers.
// Those that may be kept say so themselves. All answers share the values.
var secured = http.Header{
	"Cache-Control":              {"no-store"},
	"Content-Security-Policy":    {policy},
	"X-Content-Type-Options":     {"nosniff"},
	"Referrer-Policy":            {"same-origin"},
	"Permissions-Policy":         {"camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
	"Cross-Origin-Opener-Policy": {"same-origin"},
	"X-Robots-Tag":               {"noindex"},
}

func (h *Handler) secure(c *gin.Context) {
	header := c.Writer.Header()
	maps.Copy(header, secured)
	if h.Proxies.HTTPS(c.Request) {
		header.Set("Strict-Transport-Security", hsts)
	}
}

// sameOrigin refuses what another site's page makes a browser send.
func (h *Handler) sameOrigin(c *gin.Context) {
	if err := h.origin.Check(c.Request); err != nil {
		h.fail(c, errCrossOrigin)
	}
}
