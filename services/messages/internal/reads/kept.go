package reads

import (
	"bytes"
	"compress/gzip"
	"hash/crc32"
	"strconv"
	"sync"
	"time"
)

// Answer is the body of an answer, as it is and compressed.
type Answer struct {
	Plain, Gzip []byte
	ETag        string // of Plain, without quotes
}

// NewAnswer compresses a body. The answer keeps it.
func NewAnswer(body []byte) *Answer {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.DefaultCompression) // the level is a valid one
	_, err := w.Write(body)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // a buffer takes everything
	}
	return &Answer{Plain: body, Gzip: packed.Bytes(), ETag: strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 36) + "-" + strconv.Itoa(len(body))}
}

// Kept are the answers of one kind, by what was asked, each with what it holds
// for. All of them together take at most limit bytes: one more, and they are
// gathered anew.
type Kept[K, V comparable] struct {
	limit int
	age   time.Duration // after which an answer is made anew; 0 is never

	mu      sync.RWMutex
	size    int
	answers map[K]keptAnswer[V]
}

type keptAnswer[V comparable] struct {
	holds  V
	made   time.Time
	answer *Answer
}

// NewKept returns an empty keeper.
func NewKept[K, V comparable](limit int, age time.Duration) *Kept[K, V] {
	return &Kept[K, V]{limit: limit, age: age, answers: make(map[K]keptAnswer[V])}
}

// Get returns what was kept for key, if it holds for now; else nil.
func (k *Kept[K, V]) Get(key K, now V) *Answer {
	k.mu.RLock()
	defer k.mu.RUnlock()
	kept, ok := k.answers[key]
	if !ok || kept.holds != now || k.age > 0 && time.Since(kept.made) > k.age {
		return nil
	}
	return kept.answer
}

// Put keeps an answer for key that holds for now: what it was made of was read
// after now was.
func (k *Kept[K, V]) Put(key K, now V, answer *Answer) {
	size := len(answer.Plain) + len(answer.Gzip)
	if size > k.limit/8 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if old, ok := k.answers[key]; ok {
		k.size -= len(old.answer.Plain) + len(old.answer.Gzip)
	}
	if k.size+size > k.limit {
		clear(k.answers)
		k.size = 0
	}
	k.answers[key] = keptAnswer[V]{now, time.Now(), answer}
	k.size += size
}
