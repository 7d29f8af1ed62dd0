package handler

import "github.com/gin-gonic/gin"

// alive is where a probe asks, which calls a service by its address.
const alive = "/healthz"

// knownHost refuses requests that name a host that this deployment isn't.
func (h *Handler) knownHost(c *gin.Context) {
	if !h.Hosts.Allow(c.Request.Host) && c.Request.URL.Path != alive {
		h.fail(c, errHost)
	}
}
