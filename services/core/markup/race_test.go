//go:build race

package markup

// slowdown is what the race detector costs.
const slowdown = 10
