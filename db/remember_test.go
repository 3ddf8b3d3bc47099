package db

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// TestRemembered keeps documents of all lengths: what it gives is what was put,
// and the last ones are there.
func TestRemembered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := remember(rapid.IntRange(0, 5000).Draw(t, "bytes"))
		put := map[documentKey]string{}
		var keys []documentKey
		for range rapid.IntRange(1, 300).Draw(t, "documents") {
			key := documentKey{uuid.UUID{byte(rapid.IntRange(0, 100).Draw(t, "id"))}, int32(rapid.IntRange(1, 3).Draw(t, "revision"))}
			if _, twice := put[key]; !twice {
				b := rapid.SliceOfN(rapid.Byte(), 0, 400).Draw(t, "document")
				put[key] = string(b)
			}
			r.put(key, []byte(put[key]))
			keys = append(keys, key)
			d := &documents{keys: keys[max(0, len(keys)-50):]}
			d.list = make([]json.RawMessage, len(d.keys))
			found, size := r.get(d), 0
			for i, got := range d.list {
				if got != nil {
					found--
					if string(got) != put[d.keys[i]] {
						t.Fatalf("%v: %q, want %q", d.keys[i], got, put[d.keys[i]])
					}
				}
			}
			if found != 0 {
				t.Fatalf("%d more found than given", found)
			}
			for _, k := range r.order {
				size += int(k.length)
			}
			if size > len(r.ring) || len(r.order) != len(r.at) {
				t.Fatalf("%d bytes in a ring of %d, %d in order, %d known", size, len(r.ring), len(r.order), len(r.at))
			}
			if last := len(d.list) - 1; d.list[last] == nil && len(put[key]) > 0 && len(put[key]) <= len(r.ring)/16 {
				t.Fatalf("the last one is not there")
			}
		}
	})
}
