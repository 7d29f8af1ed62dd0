package history

import (
	"fmt"
	"strings"
	"time"
)

// Class is what kind of promise was broken.
type Class string

// The classes.
const (
	Hole        Class = "hole"         // positions are not 1, 2, 3 … head
	Lost        Class = "lost"         // acknowledged and not stored, or stored and not delivered
	Twice       Class = "twice"        // delivered again
	Reordered   Class = "reordered"    // stored or delivered in another order
	Phantom     Class = "phantom"      // delivered or stored, but by nobody's doing
	Content     Class = "content"      // not what was posted, or not what is stored
	StoredTwice Class = "stored twice" // one client_id, two messages
	Refused     Class = "refused"      // a good request was turned away for good
	Leaked      Class = "leaked"       // something of a room that a person may not read
	Mistold     Class = "mistold"      // ready, reset or a cursor that is not true
)

// Violation is one broken promise.
type Violation struct {
	Kind Class
	At   time.Duration // when it showed; 0 if only in the end
	Text string

	lines  []string // what happened around it
	faults []Fault  // what was done to the system shortly before
}

// String returns the account: what is wrong, and the few lines that show it.
func (v Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, at %s: %s", v.Kind, moments(v.At), v.Text)
	for _, line := range v.lines {
		b.WriteString("\n    ")
		b.WriteString(line)
	}
	for _, f := range v.faults {
		fmt.Fprintf(&b, "\n    fault %s, %s to %s", f.Name, moments(f.From), moments(f.To))
	}
	return b.String()
}

const (
	aftermath = 5 * time.Second // a fault so long ago may still have to do with it
	around    = 1               // events shown before and after
)

func violation(kind Class, at time.Duration, format string, args ...any) Violation {
	return Violation{Kind: kind, At: at, Text: fmt.Sprintf(format, args...)}
}

func (c *checker) report(v Violation) {
	for _, f := range c.Faults {
		if f.From <= v.At && v.At <= f.To+aftermath {
			v.faults = append(v.faults, f)
		}
	}
	c.found = append(c.found, v)
}

// about tells of a stored row.
func (c *checker) about(m *Row, kind Class, format string, args ...any) Violation {
	v := violation(kind, 0, format, args...)
	if i := c.intentOf(m); i != nil {
		v.lines = c.posts(i)
		v.At = i.attempts[0].Sent
	}
	v.lines = append(v.lines, "stored "+m.String())
	return v
}

// intentOf returns what a version of a message began as, nil if nobody meant it.
func (c *checker) intentOf(m *Row) *intent {
	if first := c.first(m); first != nil {
		m = first
	}
	return c.intents[m.Body]
}

// of tells of an intent.
func (c *checker) of(i *intent, at time.Duration, kind Class, format string, args ...any) Violation {
	v := violation(kind, at, format, args...)
	v.lines = c.posts(i)
	return v
}

func (c *checker) posts(i *intent) []string {
	var lines []string
	for _, p := range i.attempts {
		lines = append(lines, p.String())
	}
	if i.row != nil {
		lines = append(lines, "stored "+i.row.String())
	}
	return lines
}

// place is a connection of a client.
type place struct {
	client *Client
	number int
}

func (p place) connection() *Connection { return p.client.Connections[p.number] }

// at tells of event i of a connection, or with -1 of the connection.
func (c *checker) at(p place, i int, at time.Duration, kind Class, format string, args ...any) Violation {
	v := violation(kind, at, format, args...)
	connection := p.connection()
	if i < around && p.number > 0 {
		v.lines = append(v.lines, p.client.line(p.number-1))
	}
	v.lines = append(v.lines, p.client.line(p.number))
	if i < 0 {
		i = len(connection.Events) - 1 // how it ended
	}
	for j := max(i-around, 0); j <= min(i+around, len(connection.Events)-1); j++ {
		e := &connection.Events[j]
		v.lines = append(v.lines, e.String())
		if j == i && e.Kind == Said {
			v.lines = append(v.lines, c.origin(e)...)
		}
	}
	if i >= 0 && i < len(connection.Events) {
		v.lines = append(v.lines, c.whereabouts(p.client, connection, connection.Events[i].Log, at)...)
	}
	return v
}

// whereabouts tells how a person stood to a room shortly before, and what of it
// they were told on a connection.
func (c *checker) whereabouts(client *Client, connection *Connection, room string, at time.Duration) (lines []string) {
	for _, s := range c.stays(client.Person, room) {
		if s.from > at-2*aftermath && s.from < at+aftermath {
			lines = append(lines, fmt.Sprintf("%s  stored: %s", moments(s.from), s.row))
		}
	}
	for i := range connection.Events {
		e := &connection.Events[i]
		if e.Log == room && e.Kind == Ready || e.Kind == Said && e.Row.room() == room {
			lines = append(lines, "told: "+e.String())
		}
	}
	const most = 12
	return lines[max(len(lines)-most, 0):]
}

// origin tells where the message of an event comes from.
func (c *checker) origin(e *Event) []string {
	i := c.intentOf(e.Row)
	if i == nil {
		return []string{"which nobody posted"}
	}
	lines := c.posts(i)
	if e.Row.ID != e.Row.Revision {
		lines = append(lines, c.lived[which{e.Row.Log, e.Row.ID}].around(e.At)...)
	}
	return lines
}

func (c *Client) line(number int) string {
	connection := c.Connections[number]
	var asked []string
	for _, cursor := range connection.Cursors {
		asked = append(asked, fmt.Sprintf("%s:%d", cursor.Log, cursor.After))
	}
	return fmt.Sprintf("%s, connection %d, after %s: opened %s, status %d, %d events, ended %s: %s",
		c.Name, number+1, strings.Join(asked, ","), moments(connection.Opened), connection.Status,
		len(connection.Events), moments(connection.Ended), connection.End)
}

// String implements [fmt.Stringer].
func (r *Row) String() string {
	if r.Key != "" {
		return fmt.Sprintf("%s %s (revision %d) %s", r.Log, r.Key, r.Revision, r.Data)
	}
	return fmt.Sprintf("%s %d (revision %d) %.30q by %s, client_id %q, created %d%s",
		r.Log, r.ID, r.Revision, r.Body, r.Username, r.ClientID, r.CreatedAt, r.more())
}

// more returns what else a message says that was changed.
func (r *Row) more() string {
	m := r.message()
	if m.ID == m.Revision {
		return ""
	}
	body := m.Body
	m.Body, m.HTML = "", ""
	if len(m.Reactions) == 0 && m.PinnedAt.IsZero() && m.EditedAt.IsZero() && !m.Deleted && body == r.Body {
		return ""
	}
	return " " + string(m.AppendJSON(nil))
}

// String implements [fmt.Stringer].
func (e *Event) String() string {
	switch e.Kind {
	case Said:
		if e.Row.Key != "" {
			return fmt.Sprintf("%s  %s %d %s", moments(e.At), e.Log, e.Position, e.Row.Data)
		}
		return fmt.Sprintf("%s  %s %d %.60q%s", moments(e.At), e.Log, e.Position, e.Row.Body, e.Row.more())
	case Ready:
		return fmt.Sprintf("%s  %s ready at %d", moments(e.At), e.Log, e.Position)
	case Reset:
		return fmt.Sprintf("%s  %s reset to %d", moments(e.At), e.Log, e.Position)
	}
	return fmt.Sprintf("%s  %s %s", moments(e.At), e.Log, e.Text)
}

// String implements [fmt.Stringer].
func (p *Post) String() string {
	text := fmt.Sprintf("%s  %s posted %.30q to %s, client_id %q", moments(p.Sent), p.Username, p.Body, p.Room, p.ClientID)
	if p.Status == 0 {
		return text + ": no answer until " + moments(p.Answered)
	}
	return fmt.Sprintf("%s: %s answered %d, position %d", text, moments(p.Answered), p.Status, p.ID)
}

func moments(d time.Duration) string { return fmt.Sprintf("%.6fs", d.Seconds()) }
