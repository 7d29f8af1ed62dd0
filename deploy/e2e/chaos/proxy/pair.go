package proxy

import (
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// maxWaiting bounds the messages that will come late; beyond, they come at once.
const maxWaiting = 10_000

// pair is one connection: the service's, and ours to Redis.
type pair struct {
	proxy          *Proxy
	client, server net.Conn

	once sync.Once
	gone chan struct{} // closed with the connection

	writing sync.Mutex // of what goes to the client, which late messages do too
}

// close may be called again, and from anywhere.
func (p *pair) close() {
	p.once.Do(func() {
		close(p.gone)
		_ = p.client.Close() // either may be closed already
		_ = p.server.Close()
	})
}

// carry passes bytes both ways and returns when the connection is closed.
func (p *pair) carry() {
	var commands sync.WaitGroup
	commands.Go(p.commands)
	p.answers()
	commands.Wait()
}

func (p *pair) commands() {
	defer p.close()
	buf := make([]byte, 32<<10)
	for {
		n, err := p.client.Read(buf)
		if err != nil || !p.mayPass() {
			return
		}
		if _, err := p.server.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (p *pair) answers() {
	defer p.close()
	r := newReader(p.server)
	for {
		value, err := r.value()
		if err != nil || !p.mayPass() {
			return
		}
		if isRoomMessage(value) {
			err = p.befall(value)
		} else {
			err = p.write(value)
		}
		if err != nil {
			return
		}
	}
}

// befall does to a room's message what the weather wants.
func (p *pair) befall(message []byte) error {
	w, _ := p.proxy.now()
	switch chance := rand.Float64(); { //nolint:gosec // weather
	case chance < w.Drop:
		p.proxy.dropped.Add(1)
		return nil
	case chance < w.Drop+w.Repeat:
		p.proxy.repeated.Add(1)
		p.later(message, w.By)
	case chance < w.Drop+w.Repeat+w.Late && p.later(message, w.By):
		p.proxy.late.Add(1)
		return nil
	}
	p.proxy.passed.Add(1)
	return p.write(message)
}

// later writes message at a random time until by. It reports false if too many
// wait already.
func (p *pair) later(message []byte, by time.Duration) bool {
	if p.proxy.waiting.Add(1) > maxWaiting || by <= 0 {
		p.proxy.waiting.Add(-1)
		return false
	}
	time.AfterFunc(rand.N(by), func() { //nolint:gosec // weather
		p.proxy.waiting.Add(-1)
		if p.mayPass() && p.write(message) != nil {
			p.close()
		}
	})
	return true
}

func (p *pair) write(b []byte) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	_, err := p.client.Write(b)
	return err
}

// mayPass waits until bytes pass. It reports false when the connection is closed.
func (p *pair) mayPass() bool {
	for {
		_, calm := p.proxy.now()
		select {
		case <-p.gone:
			return false
		case <-calm:
			return true
		}
	}
}
