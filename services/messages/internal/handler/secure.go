package handler

import (
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
	"manifest-src 'self'",
	"form-action 'self'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
}, "; ")

// hsts has browsers come by https only, for a year. Other services of the
// domain are none of ours.
const hsts = "max-age=31536000"

// secure sets the headers that bound what a browser does with our answers.
// Those that may be kept say so themselves.
func (h *Handler) secure(c *gin.Context) {
	header := c.Writer.Header()
	header.Set("Cache-Control", "no-store")
	if h.Proxies.HTTPS(c.Request) {
		header.Set("Strict-Transport-Security", hsts)
	}
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("X-Robots-Tag", "noindex")
}

// sameOrigin refuses what another site's page makes a browser send.
func (h *Handler) sameOrigin(c *gin.Context) {
	if err := h.origin.Check(c.Request); err != nil {
		h.fail(c, errCrossOrigin)
	}
}
