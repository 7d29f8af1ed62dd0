package web

import (
	"bytes"
	"fmt"
	"html/template"
)

// A room's page is cut into its head, what belongs to the reader alone, the top
// of the room, the log, and the end. Most of these are the same on many pages.
const (
	roomPieces = 5
	logPiece   = 3
)

// cutMark stands where a page is cut. No text holds it: Postgres stores no NUL.
const cutMark = "\x00"

// cut is where a page that is rendered apart is cut.
func cut(apart bool) template.HTML {
	if apart {
		return cutMark
	}
	return ""
}

// RoomApart renders room.html without the log, in the pieces before it and
// those behind it.
func (s *Site) RoomApart(page Room) (before, behind [][]byte, err error) {
	page.Apart = true
	var whole bytes.Buffer
	if err := s.Render(&whole, "room.html", page); err != nil {
		return nil, nil, err
	}
	all := bytes.Split(whole.Bytes(), []byte(cutMark))
	if len(all) != roomPieces || len(all[logPiece]) > 0 {
		return nil, nil, fmt.Errorf("room.html is in %d pieces", len(all))
	}
	return all[:logPiece], all[logPiece+1:], nil
}

// RoomLog renders the log of a room's page.
func (s *Site) RoomLog(page Room) ([]byte, error) {
	var log bytes.Buffer
	err := s.Render(&log, "log", page)
	return log.Bytes(), err
}
