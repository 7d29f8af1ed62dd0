package web

import "encoding/json"

// faces are those of the people whom the messages name, as JSON.
func (r Room) faces() []byte {
	faces := make(map[string]face, len(r.Named))
	for name, p := range r.Named {
		faces[name] = p.face()
	}
	b, err := json.Marshal(faces) // escapes < and >
	if err != nil {
		return []byte("{}") // a time beyond all years
	}
	return b
}
