package main

import (
	"fmt"
	"io"

	"parley/messages/internal/handler"
)

// printRoutes writes what the service answers, a route a line.
func printRoutes(w io.Writer) error {
	routes, err := handler.Routes()
	if err != nil {
		return err
	}
	for _, route := range routes {
		if _, err := fmt.Fprintln(w, route); err != nil {
			return err
		}
	}
	return nil
}
