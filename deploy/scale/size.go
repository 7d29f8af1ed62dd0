package scale

import "math"

// Use is what people do.
type Use struct {
	Streams   float64 // open at once, one for each person who is there
	Posts     float64 // a second and stream
	Rooms     float64 // that a person is in
	Listeners float64 // of a room, on average, who are there
	Opens     float64 // a second and stream: every stream ends after some minutes
	Affinity  bool    // people who share rooms are sent to the same replicas
}

// Office is a working day: a message in five minutes by each who is there, twenty
// rooms of fifty. Streams live for 300 s less a random fifth.
func Office(streams float64) Use {
	return Use{Streams: streams, Posts: 1. / 300, Rooms: 20, Listeners: 50, Opens: 1. / 270}
}

// Prices are a month's, in dollars. They are assumptions: yours are in your contract.
type Prices struct {
	Processor, Gigabyte float64 // of a pod
	Egress              float64 // a gigabyte that leaves
}

// ListPrices are of the order of what large clouds ask.
func ListPrices() Prices { return Prices{Processor: 25, Gigabyte: 3, Egress: 0.05} }

// Pod bounds a replica of stream.
type Pod struct {
	Streams    float64 // at most, however little they do
	Processors float64
	Busy       float64 // share of its processors that is used at most
}

// DefaultPod stays below 20,000 open files, with room for those that come while
// another pod is replaced, and leaves half of its processors for bursts.
func DefaultPod() Pod { return Pod{Streams: 15_000, Processors: 2, Busy: 0.5} }

// Size is what a use comes to. Processors are fully used ones.
type Size struct {
	Posts, Deliveries, Opens float64 // a second
	Copies                   float64 // of messages to replicas, a second
	Heads                    float64 // compared a second, by all replicas together

	Pods                                      float64 // of stream
	StreamCPU, StreamMemory                   float64 // of all pods; bytes
	GatewayCPU, GatewayMemory                 float64
	MessagesCPU, PostgresCPU                  float64
	PostsCPU, SessionsCPU, HeadsCPU           float64 // of PostgresCPU
	RedisCPU                                  float64
	KernelMemory                              float64 // of pods and gateways
	RedisShards                               float64
	Network                                   float64 // bits a second that leave
	MonthProcessors, MonthMemory, MonthEgress float64 // dollars
}

// perShard is how much of a processor one Redis uses at most: it has one thread,
// and what waits for it waits longer the busier it is.
const perShard = 0.5

// tcpAndTLS is what TCP, IP and TLS add to each delivery, in bytes.
const tcpAndTLS = 66 + 22

// month is in seconds, of which people are there for a third.
const (
	month = 30 * 24 * 3600.
	there = 1. / 3
)

// Size returns what a use comes to.
func (c Costs) Size(u Use, pod Pod, prices Prices) Size {
	s := Size{Posts: u.Streams * u.Posts, Opens: u.Streams * u.Opens}
	s.Deliveries = s.Posts * u.Listeners
	s.Pods = c.pods(u, s, pod)
	logs := s.logs(u)
	s.Copies = s.Posts * s.copies(u)
	s.Heads = s.Pods * logs
	s.StreamCPU = c.streamCPU(u, s) / 1e6
	s.StreamMemory = s.Pods*c.ReplicaMemory + u.Streams*(c.StreamMemory+c.LogMemory+u.Rooms*c.RoomMemory)
	s.GatewayCPU = s.Deliveries * c.GatewayDeliver / 1e6
	s.GatewayMemory = u.Streams * c.GatewayMemory
	s.MessagesCPU = s.Posts * c.PostBusy[Messages] / 1e6
	s.PostsCPU = s.Posts * c.PostBusy[Postgres] / 1e6
	s.SessionsCPU = (s.Opens*c.Open[Postgres] + s.Pods*checks(u.Streams/s.Pods)*c.Check[Postgres]) / 1e6
	s.HeadsCPU = s.Heads * c.LogMany[Postgres] / 1e6
	s.PostgresCPU = s.PostsCPU + s.SessionsCPU + s.HeadsCPU
	s.RedisCPU = (s.Posts*c.PostBusy[Redis] + s.Copies*c.CopyBusy[Redis]) / 1e6
	s.RedisShards = math.Ceil(s.RedisCPU / perShard)
	s.KernelMemory = 3 * u.Streams * c.KernelMemory // from the client to the gateway one end is ours, from there to the pod both
	s.Network = 8 * s.Deliveries * (c.DeliveryBytes + tcpAndTLS)
	s.money(prices)
	return s
}

// pods returns how many replicas bear the streams and their processors. More pods
// cost more in all, so it is asked again until it holds.
func (c Costs) pods(u Use, s Size, pod Pod) float64 {
	s.Pods = max(math.Ceil(u.Streams/pod.Streams), 2)
	for range 100 {
		need := math.Ceil(c.streamCPU(u, s) / 1e6 / (pod.Processors * pod.Busy))
		if need <= s.Pods {
			break
		}
		s.Pods = need
	}
	return s.Pods
}

// logs returns how many logs a replica has that somebody there reads: the
// people's own, and rooms. Without affinity a room's listeners are everywhere.
func (s Size) logs(u Use) float64 {
	mine := u.Streams / s.Pods
	return mine + u.rooms()*s.share(u)
}

// rooms returns how many rooms have somebody who is there.
func (u Use) rooms() float64 { return u.Streams * u.Rooms / u.Listeners }

// pings returns how many pings all streams get a second. Messages come to a
// stream at random; of each silence between two, every 15 s cost a ping.
func (u Use) pings() float64 {
	rate := u.Posts * u.Listeners
	if rate == 0 {
		return u.Streams / heartbeat
	}
	return u.Streams * rate / math.Expm1(rate*heartbeat)
}

// share returns with which chance a replica has a listener of a given room.
func (s Size) share(u Use) float64 {
	if u.Affinity {
		return 1 / s.Pods
	}
	return 1 - math.Pow(1-1/s.Pods, u.Listeners)
}

// copies returns how many replicas hear a message.
func (s Size) copies(u Use) float64 { return s.Pods * s.share(u) }

// streamCPU returns what all replicas of stream use a second, in µs.
func (c Costs) streamCPU(u Use, s Size) float64 {
	return s.Pods*(c.Replica[Stream]+s.logs(u)*c.LogMany[Stream]) + s.Pods*checks(u.Streams/s.Pods)*c.Check[Stream] + u.pings()*c.Ping[Stream] + s.Opens*c.Open[Stream] +
		s.Posts*s.copies(u)*c.CopyBusy[Stream] + s.Deliveries*c.Delivery.At(math.Inf(1))
}

func (s *Size) money(p Prices) {
	processors := s.StreamCPU + s.GatewayCPU + s.MessagesCPU + s.PostgresCPU + s.RedisCPU
	gigabytes := (s.StreamMemory + s.GatewayMemory + s.KernelMemory) / (1 << 30)
	s.MonthProcessors = processors * p.Processor
	s.MonthMemory = gigabytes * p.Gigabyte
	s.MonthEgress = s.Network / 8 * month * there / 1e9 * p.Egress
}
