package publish

import "parley/core/wire"

// Person tells of a change of somebody's profile, on their own channel. It
// doesn't block.
func (p *Publisher) Person(changed *wire.Person) {
	p.enqueue(notice{channel: wire.PersonTopic(changed.Username).Channel(), value: changed})
}
