package web

import "time"

// Status is the data of status.html: how the deployment does.
type Status struct {
	Frame
	Figures  []Figure // of all replicas together
	Parts    []Part
	Replicas []Replica
	Versions int // that run side by side
}

// Figure is a number, written out, and what it is of.
type Figure struct{ Label, Value string }

// Part is something that the services stand on, or a service as a whole.
type Part struct {
	Name string
	Up   bool
	Note string
}

// Replica is one process of a service.
type Replica struct {
	Service string
	ID      string
	Version string
	Started time.Time
	Seen    time.Time
	Gone    bool
	Figures []Figure
}
