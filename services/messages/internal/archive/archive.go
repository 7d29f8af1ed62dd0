// Package archive writes all of a deployment as JSON Lines, for other programs
// and for other releases, and fills an empty database from them.
//
//	{"type":"parley","format":1}
//	{"type":"person", …}       in order of username
//	{"type":"avatar", …}       of username
//	{"type":"room", …}         of name
//	{"type":"membership", …}   of username and room
//	{"type":"message", …}      of room and id
//	{"type":"version", …}      of room, id and revision
//	{"type":"invite", …}       of code
//	{"type":"audit", …}        in which they were noted
//	{"type":"end","lines":8}
//
// docs/export.md says what each has. What follows from other things is left out:
// the heads of logs, formatted bodies, the index of the search; and sessions.
// The same deployment gives the same bytes, also after it was imported
// elsewhere.
package archive

import (
	"encoding/json"
	"time"

	"parley/core/chat"
)

// Format is the version of the format. A reader refuses those that it does not
// know, and fields that it doesn't know.
const Format = 1

type opening struct {
	Type   string `json:"type"`
	Format int    `json:"format"`
}

type ending struct {
	Type  string `json:"type"`
	Lines int64  `json:"lines"` // before this one
}

type person struct {
	Type         string     `json:"type"                    db:"-"`
	Username     string     `json:"username"                db:"username"`
	Role         chat.Role  `json:"role"                    db:"role"`
	DisplayName  string     `json:"display_name,omitempty"  db:"display_name"`
	PasswordHash string     `json:"password_hash,omitempty" db:"password_hash"` // argon2id; "" for who can't sign in
	CreatedAt    time.Time  `json:"created_at"              db:"created_at"`
	BannedAt     *time.Time `json:"banned_at,omitempty"     db:"banned_at"`
	StatusText   string     `json:"status_text,omitempty"   db:"status_text"`
	StatusEmoji  string     `json:"status_emoji,omitempty"  db:"status_emoji"`
	StatusUntil  *time.Time `json:"status_until,omitempty"  db:"status_until"`
	TimeZone     string     `json:"time_zone,omitempty"     db:"time_zone"`
	Language     string     `json:"language,omitempty"      db:"language"`
	Theme        string     `json:"theme,omitempty"         db:"theme"`
}

type avatar struct {
	Type     string `json:"type"     db:"-"`
	Username string `json:"username" db:"username"`
	Image    []byte `json:"image"    db:"image"` // PNG or JPEG, in base64
}

type room struct {
	Type       string     `json:"type"                  db:"-"`
	Name       string     `json:"name"                  db:"name"`
	Kind       chat.Kind  `json:"kind"                  db:"kind"`
	Title      string     `json:"title,omitempty"       db:"title"`
	Topic      string     `json:"topic,omitempty"       db:"topic"`
	CreatedBy  *string    `json:"created_by,omitempty"  db:"created_by"`
	CreatedAt  time.Time  `json:"created_at"            db:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty" db:"archived_at"`
	People     []string   `json:"people,omitempty"      db:"people"` // of a direct room

	Floor     chat.Position `json:"floor,omitempty"          db:"floor"`     // what was said up to here has expired
	Retention *int          `json:"retention_days,omitempty" db:"retention"` // 0 is for ever, nil as the deployment says
}

type membership struct {
	Type      string        `json:"type"                db:"-"`
	Username  string        `json:"username"            db:"username"`
	Room      string        `json:"room"                db:"room"`
	Member    bool          `json:"member"              db:"member"` // false for who has left
	Moderator bool          `json:"moderator,omitempty" db:"moderator"`
	Joined    chat.Position `json:"joined"              db:"joined"`
	Read      chat.Position `json:"read"                db:"read"`
	Reopened  chat.Position `json:"reopened,omitempty"  db:"reopened"`
	Notify    chat.Level    `json:"notify"              db:"notify"`
}

type message struct {
	Type      string          `json:"type"                 db:"-"`
	Room      string          `json:"room"                 db:"room"`
	ID        chat.Position   `json:"id"                   db:"id"`
	Revision  chat.Position   `json:"revision"             db:"revision"`
	Username  string          `json:"username"             db:"username"`
	Body      string          `json:"body"                 db:"body"`
	CreatedAt time.Time       `json:"created_at"           db:"created_at"`
	ClientID  *string         `json:"client_id,omitempty"  db:"client_id"`
	EditedAt  *time.Time      `json:"edited_at,omitempty"  db:"edited_at"`
	DeletedAt *time.Time      `json:"deleted_at,omitempty" db:"deleted_at"`
	ReplyTo   *chat.Position  `json:"reply_to,omitempty"   db:"reply_to"`
	Thread    *chat.Position  `json:"thread,omitempty"     db:"thread"`
	Mentions  []string        `json:"mentions,omitempty"   db:"mentions"`
	Reactions json.RawMessage `json:"reactions,omitempty"  db:"reactions"`
	PinnedAt  *time.Time      `json:"pinned_at,omitempty"  db:"pinned_at"`
	PinnedBy  *string         `json:"pinned_by,omitempty"  db:"pinned_by"`
}

type version struct {
	Type     string        `json:"type"     db:"-"`
	Room     string        `json:"room"     db:"room"`
	ID       chat.Position `json:"id"       db:"id"`
	Revision chat.Position `json:"revision" db:"revision"` // up to which the body stood
	Body     string        `json:"body"     db:"body"`
	At       time.Time     `json:"at"       db:"at"` // when it was replaced
}

type invite struct {
	Type      string    `json:"type"            db:"-"`
	Code      string    `json:"code"            db:"code"`
	CreatedBy string    `json:"created_by"      db:"created_by"`
	CreatedAt time.Time `json:"created_at"      db:"created_at"`
	ExpiresAt time.Time `json:"expires_at"      db:"expires_at"`
	Uses      int       `json:"uses"            db:"uses"`
	Used      int       `json:"used"            db:"used"`
	Role      chat.Role `json:"role"            db:"role"`
	Rooms     []string  `json:"rooms,omitempty" db:"rooms"`
}

type act struct {
	Type    string          `json:"type"              db:"-"`
	At      time.Time       `json:"at"                db:"at"`
	Actor   string          `json:"actor,omitempty"   db:"actor"` // "" for the command line
	Action  string          `json:"action"            db:"action"`
	Subject string          `json:"subject,omitempty" db:"subject"`
	Detail  json.RawMessage `json:"detail"            db:"detail"`
}
