package db

import (
	"sync"

	"github.com/google/uuid"
)

// documentKey names a version of an event. Its document never changes, so that
// what is remembered of it is right for ever.
type documentKey struct {
	id       uuid.UUID
	revision int32
}

// remembered keeps the documents that were read last in one ring of bytes: the
// garbage collector has nothing to look at in it, and reading changes nothing.
// It makes no list any older: which versions stand, the database says each
// time.
type remembered struct {
	mu    sync.RWMutex
	ring  []byte
	next  int // where the next document goes
	at    map[documentKey]place
	order []kept // what the ring has, the oldest first
}

type place struct{ from, length int32 }

type kept struct {
	key documentKey
	place
}

// remember makes a ring of so many bytes; of 0 it keeps nothing.
func remember(bytes int) *remembered {
	return &remembered{ring: make([]byte, min(bytes, 1<<30)), at: map[documentKey]place{}}
}

func (r *remembered) size() int { return len(r.ring) }

// get fills in the documents of the keys of d that it has, and tells how many.
func (r *remembered) get(d *documents) (found int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for i, key := range d.keys {
		p, ok := r.at[key]
		if !ok {
			continue
		}
		from := len(d.buffer)
		d.buffer = append(d.buffer, r.ring[p.from:p.from+p.length]...)
		d.list[i] = d.buffer[from:len(d.buffer):len(d.buffer)]
		found++
	}
	return found
}

// put keeps a document in the place of the oldest.
func (r *remembered) put(key documentKey, document []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.at[key]; ok || len(document) == 0 || len(document) > len(r.ring)/16 {
		return
	}
	if r.next+len(document) > len(r.ring) {
		r.forget(r.next, len(r.ring))
		r.next = 0
	}
	r.forget(r.next, r.next+len(document))
	copy(r.ring[r.next:], document)
	p := place{int32(r.next), int32(len(document))}
	r.at[key], r.order = p, append(r.order, kept{key, p})
	r.next += len(document)
}

// forget makes room in [from, to), where the oldest documents are.
func (r *remembered) forget(from, to int) {
	n := 0
	for n < len(r.order) && int(r.order[n].from) < to && int(r.order[n].from+r.order[n].length) > from {
		delete(r.at, r.order[n].key)
		n++
	}
	r.order = r.order[n:]
}
