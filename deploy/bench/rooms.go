package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/stat"
)

// What a stream may cost, and each of its rooms.
const (
	streamKB = 2
	roomKB   = 32. / 1024
)

// roomsIdle measures the memory of streams of everything on which nothing
// happens: that of a stream, and what each of its rooms adds.
func (b *bench) roomsIdle(ctx context.Context) error {
	few, many, err := b.crews(ctx)
	if err != nil {
		return err
	}
	n := b.crewSize()
	var weights [2]weight
	for i, c := range []crew{few, many} {
		if weights[i], err = b.weighNew(ctx, c, n, many); err != nil {
			return err
		}
	}
	perRoom := (weights[1].settled - weights[0].settled) * 1024 / (manyRooms - fewRooms)
	for i, rooms := range []int{fewRooms, manyRooms} {
		b.report.add(&result{
			row: fmt.Sprintf("KB (PSS) per idle stream of everything, %d rooms, %d streams", rooms, n), format: "%.2f",
			parley: stat.Series{weights[i].settled}, target: atMost(streamKB + roomKB*float64(rooms)),
			notes: []string{
				fmt.Sprintf("right after opening %.2f KB; wanted are %d KB and %.0f bytes a room", weights[i].opened, streamKB, roomKB*1024),
				"each is of a person of its own, whose log is counted too",
			},
		})
	}
	b.report.add(&result{
		row: "of that, bytes a room", format: "%.1f", parley: stat.Series{perRoom}, target: atMost(roomKB * 1024),
	})
	return nil
}

// weighNew is weighMine on a stream service that is new, but for the logs of
// all rooms: what these cost is not counted.
func (b *bench) weighNew(ctx context.Context, c crew, n int, all crew) (w weight, err error) {
	if err := b.restartStream(ctx); err != nil {
		return w, err
	}
	stayed := b.openMine(all, 1, nil, 0)
	defer stayed.Close()
	if err := awaitMine(ctx, stayed, all, 1, 0); err != nil {
		return w, err
	}
	return b.weighMine(ctx, c, n)
}

func (b *bench) weighMine(ctx context.Context, c crew, n int) (w weight, err error) {
	settle := full(b, settleTime, 2*time.Second)
	first := b.openMine(c, min(n, 50), nil, 0) // what is made once is not counted
	err = awaitMine(ctx, first, c, min(n, 50), 0)
	first.Close()
	if err != nil {
		return w, err
	}
	if err := pause(ctx, settle); err != nil {
		return w, err
	}
	before, kernelBefore, err := scales(b.parley, "stream")
	if err != nil {
		return w, err
	}
	crowd := b.openMine(c, n, nil, 0)
	defer crowd.Close()
	if err := awaitMine(ctx, crowd, c, n, 0); err != nil {
		return w, err
	}
	opened, _, err := scales(b.parley, "stream")
	if err != nil {
		return w, err
	}
	if err := pause(ctx, settle); err != nil {
		return w, err
	}
	settled, kernel, err := scales(b.parley, "stream")
	if err != nil {
		return w, err
	}
	each := func(bytes int64) float64 { return float64(bytes) / 1024 / float64(n) }
	w = weight{opened: each(opened - before), settled: each(settled - before), kernel: each(kernel - kernelBefore)}
	b.logf("rooms    %d rooms %.2f KB opened, %.2f KB settled", len(c.rooms), w.opened, w.settled)
	return w, stillOpen(crowd, n)
}

const (
	openTimes   = 30 // that one stream is opened
	returnRooms = 20 // in which something was said meanwhile
)

// roomsOpen measures how long it takes to open everything of one person's, and
// until the last of a crowd that returns at once has all that it missed.
func (b *bench) roomsOpen(ctx context.Context) error {
	few, many, err := b.crews(ctx)
	if err != nil {
		return err
	}
	stayed := b.openMine(many, 1, nil, 0)
	err = awaitMine(ctx, stayed, many, 1, 0)
	for _, c := range []crew{few, many} {
		if err == nil {
			err = b.openOne(ctx, c)
		}
	}
	stayed.Close()
	if err != nil {
		return err
	}
	for _, c := range []crew{few, many} {
		if err := b.returnAll(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) openOne(ctx context.Context, c crew) error {
	var took stat.Series
	var all stat.Histogram
	for turn := range full(b, openTimes, 5) {
		began := load.Now()
		crowd := b.openMine(crew{c.first + 1 + turn, 1, c.rooms}, 1, nil, 0)
		err := awaitMine(ctx, crowd, c, 1, 0)
		now := load.Now() - began
		crowd.Close()
		if err != nil {
			return err
		}
		if turn > 0 { // the first was to get warm
			took = append(took, now.Seconds()*1e3)
			all.Record(now)
		}
	}
	b.logf("open     %d rooms %.1f ms", len(c.rooms), took.Median())
	b.report.add(&result{
		row: fmt.Sprintf("one stream of everything opens, %d warm rooms: until all are live, ms", len(c.rooms)), format: "%.1f",
		parley: took, target: atMost(50), latency: &all, latencyOf: "the request to the last room's ready",
	})
	return nil
}

func (b *bench) returnAll(ctx context.Context, c crew) error {
	n := b.crewSize()
	stayed := b.openMine(c, 1, nil, 0) // who stays keeps the logs warm
	defer stayed.Close()
	if err := awaitMine(ctx, stayed, c, 1, 0); err != nil {
		return err
	}
	var warm, cold stat.Series
	var costs []map[string]float64
	for turn := range full(b, 4, 2) {
		took, cost, err := b.returnOnce(ctx, c, n, stayed)
		if err != nil {
			return err
		}
		if turn > 0 { // the first was to get warm
			warm, costs = append(warm, took.Seconds()), append(costs, cost)
		}
	}
	for range full(b, 2, 1) {
		if err := b.restartStream(ctx); err != nil {
			return err
		}
		took, _, err := b.returnOnce(ctx, c, n, nil)
		if err != nil {
			return err
		}
		cold = append(cold, took.Seconds())
	}
	low, high := cold.Range()
	b.report.add(&result{
		row: fmt.Sprintf("%d streams of everything return, %d rooms each, %d messages behind: until the last has all, s", n, len(c.rooms), returnRooms), format: "%.2f",
		parley: warm, target: atMost(3),
		notes: []string{
			fmt.Sprintf("%d different people; each names the %d rooms in which something was said and begins at the head of the others", n, returnRooms),
			"CPU per stream:" + b.costsOf(costs),
			fmt.Sprintf("the same after a restart of the stream service, which then knows no room: %.2f s (%.2f–%.2f)", cold.Median(), low, high),
		},
	})
	return nil
}

// returnOnce says something in some of the rooms and has the crew return to it.
func (b *bench) returnOnce(ctx context.Context, c crew, n int, stayed *load.Crowd) (time.Duration, map[string]float64, error) {
	behind, err := b.sayInSome(ctx, c, stayed)
	if err != nil {
		return 0, nil, err
	}
	before, err := b.parley.cpu()
	if err != nil {
		return 0, nil, err
	}
	began := load.Now()
	crowd := b.openMine(c, n, behind, stormWindow)
	defer crowd.Close()
	if err := awaitMine(ctx, crowd, c, n, returnRooms); err != nil {
		return 0, nil, err
	}
	took := load.Now() - began
	b.logf("return   %d rooms %s", len(c.rooms), short(took))
	cost, err := b.parley.costSince(before, int64(n))
	return took, cost, err
}

// sayInSome posts one message to each of the first rooms and returns where those
// stood before. Who stayed has them afterwards.
func (b *bench) sayInSome(ctx context.Context, c crew, stayed *load.Crowd) (map[string]int64, error) {
	rooms := c.rooms[:returnRooms]
	behind := make(map[string]int64, len(rooms))
	for _, room := range rooms {
		head, err := b.system.stored(ctx, []string{room})
		if err != nil {
			return nil, err
		}
		behind[room] = head
	}
	if stayed != nil {
		stayed.Reset()
	}
	for _, room := range rooms {
		if err := b.postOnceTo(ctx, c.first, room); err != nil {
			return nil, err
		}
	}
	if stayed == nil {
		return behind, nil
	}
	return behind, b.drain(ctx, stayed, int64(len(rooms)))
}

func (b *bench) postOnceTo(ctx context.Context, user int, room string) error {
	template := load.NewTemplate(b.parley.posts, b.parley.post(user, room))
	posted, err := load.Publish(ctx, load.Plan{Posts: []*load.Template{&template}, Connections: 1, Rate: 1000, For: time.Millisecond})
	if err == nil && posted.OK != 1 {
		err = fmt.Errorf("of one post to %s %d were stored", room, posted.OK)
	}
	return err
}

// roomsList measures the list of one's rooms, with what is unread in each.
func (b *bench) roomsList(ctx context.Context) error {
	few, many, err := b.crews(ctx)
	if err != nil {
		return err
	}
	for _, c := range []crew{few, many} {
		var took stat.Series
		var all stat.Histogram
		for turn := range full(b, 300, 30) {
			user := c.first + turn%c.n
			began := time.Now()
			if err := b.list(ctx, user, len(c.rooms)); err != nil {
				return err
			}
			if turn >= 10 { // the first were to get warm
				took = append(took, time.Since(began).Seconds()*1e3)
				all.Record(time.Since(began))
			}
		}
		b.logf("list     %d rooms %.1f ms, p99 %s", len(c.rooms), took.Median(), short(all.Quantile(0.99)))
		result := &result{
			row: fmt.Sprintf("GET /chat with %d rooms, %d unread in each, at the service: ms", len(c.rooms), roomUnread), format: "%.1f",
			parley: stat.Series{took.Median()}, latency: &all, latencyOf: "the request to its whole answer",
		}
		if len(c.rooms) == manyRooms {
			result.target = atMost(20)
		}
		b.report.add(result)
	}
	return nil
}

// list asks for the rooms of a user, and makes sure that they are all there.
func (b *bench) list(ctx context.Context, user, rooms int) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.parley.posts.String()+"/chat", nil)
	if err != nil {
		return fmt.Errorf("ask for rooms: %w", err)
	}
	request.Header.Set("Cookie", b.system.cookies[user])
	request.Header.Set("Accept", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask for rooms: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("ask for rooms: %w", err)
	}
	var listed struct {
		Rooms []struct{ Unread int }
	}
	if err := json.Unmarshal(text, &listed); err != nil {
		return fmt.Errorf("read rooms: %w: %d %.200s", err, response.StatusCode, text)
	}
	if len(listed.Rooms) != rooms || listed.Rooms[rooms-1].Unread != roomUnread {
		return fmt.Errorf("%d rooms were listed, want %d with %d unread: %.300s", len(listed.Rooms), rooms, roomUnread, text)
	}
	return nil
}
