package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/account"
	"parley/messages/internal/room"
)

// person is one of the demo's.
type person struct {
	username, name string
	role           chat.Role
}

// people are all of them; the first runs the place.
var people = []person{
	{"dora", "Dora Lindqvist", chat.Owner}, {"kenji", "渡辺 健二", chat.Admin}, {"amara", "Amara Okafor", chat.Admin},
	{"luis", "Luis Herrera", chat.Member}, {"mei", "林美", chat.Member}, {"sven", "Sven Aalto", chat.Member},
	{"priya", "Priya Raman", chat.Member}, {"tomasz", "Tomasz Nowak", chat.Member}, {"yael", "יעל כהן", chat.Member},
	{"jonas", "Jonas Weber", chat.Member}, {"fatima", "فاطمة حداد", chat.Member}, {"noah", "Noah Brooks", chat.Member},
	{"olga", "Ольга Петрова", chat.Member}, {"rui", "鈴木ルイ", chat.Member}, {"hana", "김하나", chat.Member},
	{"marco", "Marco Bianchi", chat.Member}, {"nina", "Nina Vos", chat.Member}, {"omar", "Omar Farouk", chat.Member},
	{"zoe", "Zoë Martin", chat.Member}, {"ben", "Ben Carter", chat.Member}, {"carla", "Carla Duarte (agency)", chat.Guest}, {"theo", "Theo Blanc (agency)", chat.Guest},
}

// place is a room of the demo's.
type place struct {
	name, title, topic string
	kind               chat.Kind
	talks              []string // what is talked about there: names of files
	share              int      // of all messages
	members            []string // the first made it
}

// some returns members: who makes the room, and others by their places in people.
func some(maker string, others ...int) []string {
	members := []string{maker}
	for _, i := range others {
		if name := people[i].username; name != maker {
			members = append(members, name)
		}
	}
	return members
}

// employees returns all but the guests.
func employees(maker string) []string {
	var all []int
	for i, p := range people {
		if p.role != chat.Guest {
			all = append(all, i)
		}
	}
	return some(maker, all...)
}

// places are the rooms, and direct rooms last. general is there already.
func places() []place {
	return []place{
		{"general", "General", "", chat.Open, []string{"general"}, 18, employees("dora")},
		{"launch", "Launch", "Everything for the next release", chat.Open, []string{"launch"}, 16, employees("amara")},
		{"engineering", "Engineering", "Code, reviews, and why it is slow", chat.Open, []string{"engineering"}, 22, some("kenji", 0, 3, 5, 6, 7, 9, 11, 12, 15, 19)},
		{"design", "Design", "Pictures first", chat.Open, []string{"design"}, 8, some("mei", 0, 2, 8, 10, 16, 18)},
		{"incidents", "Incidents", "What is broken right now", chat.Open, []string{"incidents"}, 9, some("sven", 1, 3, 5, 6, 9, 12)},
		{"random", "Random", "☕️", chat.Open, []string{"random"}, 12, employees("zoe")},
		{"support", "Support", "Questions of customers, and answers", chat.Open, []string{"support"}, 6, some("nina", 2, 10, 13, 17, 18)},
		{"tokyo", "東京チーム", "東京と大阪のメンバー", chat.Private, []string{"japan"}, 4, some("kenji", 4, 13, 14, 0)},
		{"leadership", "Leadership", "", chat.Private, []string{"leadership"}, 2, some("dora", 1, 2)},
		{"film", "Film for the launch", "With Carla and Theo", chat.Private, []string{"agency"}, 2, some("amara", 0, 4, 20, 21)},
		{kind: chat.Direct, talks: []string{"direct"}, share: 1, members: some("dora", 1)},
		{kind: chat.Direct, talks: []string{"direct"}, share: 1, members: some("dora", 2)},
		{kind: chat.Direct, talks: []string{"direct", "random"}, share: 1, members: some("mei", 0, 3, 18)},
	}
}

// teams returns further rooms, for very many messages.
func teams(n int) (all []place) {
	dice := rand.New(rand.NewPCG(3, uint64(n))) //nolint:gosec // the same rooms every time
	for i := range n {
		name := fmt.Sprintf("team-%03d", i+1)
		all = append(all, place{
			name, fmt.Sprintf("Team %d", i+1), "", chat.Open, []string{"engineering", "general", "random", "support"}, 1,
			some(people[i%20].username, dice.Perm(20)[:8]...),
		})
	}
	return all
}

// by returns on whose behalf something is done.
func by(username string) session.Session { return session.Session{Username: username} }

// makePeople makes the accounts that are missing. All have one password, hashed
// once; if the first is there already, hers, which made tells.
func (d *demo) makePeople(ctx context.Context, password string) (made bool, err error) {
	err = d.keeper.CreateOwner(ctx, people[0].username, password)
	if made = err == nil; err != nil && !errors.Is(err, account.ErrUsernameTaken) {
		return false, fmt.Errorf("make %s: %w", people[0].username, err)
	}
	var usernames, names, roles []string
	for _, p := range people {
		usernames, names, roles = append(usernames, p.username), append(names, p.name), append(roles, string(p.role))
	}
	_, err = d.pool.Exec(ctx, `
		INSERT INTO users (username, display_name, role, password_hash)
		SELECT p.username, p.name, p.role, u.password_hash
		FROM unnest($1::text[], $2::text[], $3::text[]) AS p (username, name, role), users u WHERE u.username = $4
		ON CONFLICT DO NOTHING`, usernames, names, roles, people[0].username)
	if err != nil {
		return false, fmt.Errorf("make accounts: %w", err)
	}
	_, err = d.pool.Exec(ctx, `UPDATE users SET display_name = $2 WHERE username = $1 AND display_name = ''`, people[0].username, people[0].name)
	if err != nil {
		return false, fmt.Errorf("name %s: %w", people[0].username, err)
	}
	return made, nil
}

// makeRooms makes the rooms that are missing, with who is in them, and returns
// all.
func (d *demo) makeRooms(ctx context.Context, messages int) ([]place, error) {
	rooms := places()
	if extra := min(messages/rebuildFrom*5, 200); extra > 0 {
		rooms = append(rooms, teams(extra)...)
	}
	for i := range rooms {
		p := &rooms[i]
		if err := d.makeRoom(ctx, p); err != nil {
			return nil, fmt.Errorf("make room %s: %w", p.name, err)
		}
		for _, username := range p.members {
			if p.kind == chat.Direct || username == p.members[0] {
				continue
			}
			if err := d.members.Add(ctx, by(p.members[0]), p.name, username); err != nil {
				return nil, fmt.Errorf("add %s to %s: %w", username, p.name, err)
			}
		}
	}
	return rooms, d.welcome(ctx, rooms)
}

func (d *demo) makeRoom(ctx context.Context, p *place) error {
	maker := by(p.members[0])
	if p.kind == chat.Direct {
		direct, err := room.NewDirect(maker.Username, p.members)
		if err != nil {
			return err
		}
		p.name = direct.Name()
		_, err = d.rooms.Open(ctx, maker, direct)
		return err
	}
	err := d.rooms.Create(ctx, maker, room.Draft{Name: p.name, Title: p.title, Kind: p.kind})
	if errors.Is(err, room.ErrExists) {
		return d.members.Join(ctx, maker, p.name)
	}
	if err != nil || p.topic == "" {
		return err
	}
	_, err = d.rooms.Change(ctx, maker, p.name, room.Settings{Topic: &p.topic})
	return err
}

// welcome puts those who are here already into the open rooms of the demo, so
// that they see it.
func (d *demo) welcome(ctx context.Context, rooms []place) error {
	rows, err := d.pool.Query(ctx, `SELECT username FROM users WHERE banned_at IS NULL AND role <> 'guest'`)
	if err != nil {
		return fmt.Errorf("list people: %w", err)
	}
	usernames, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list people: %w", err)
	}
	for _, p := range rooms {
		for _, username := range usernames {
			if p.kind != chat.Open || slices.ContainsFunc(people, func(p person) bool { return p.username == username }) {
				continue
			}
			if err := d.members.Join(ctx, by(username), p.name); err != nil {
				return fmt.Errorf("put %s into %s: %w", username, p.name, err)
			}
		}
	}
	return nil
}
