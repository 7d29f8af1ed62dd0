// Package kubernetes tries on a real cluster what only a cluster does: pods that
// come and go by number, by a node that is drained, by an upgrade, and by an
// autoscaler. Two thousand people listen and 50 messages a second are posted all
// the while; package history judges what they saw. It needs `make cluster`.
package kubernetes
