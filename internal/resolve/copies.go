package resolve

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"unicode"

	"demarche/internal/event"

	"github.com/google/uuid"
)

// Print gives the fingerprint of a text: a simhash of its words and pairs of
// words (Charikar 2002). Texts that differ by a headline, a credit or a
// paragraph differ in few of its bits; 0 is a text without words.
func Print(text string) uint64 {
	var votes [64]int
	before := uint64(0)
	n := 0
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		h := mix(hash64(strings.ToLower(w)))
		for _, feature := range [2]uint64{h, mix(h ^ bits.RotateLeft64(before, 23))} {
			for i := range votes {
				votes[i] += int(feature>>i&1)*2 - 1
			}
		}
		before = h
		n++
	}
	if n == 0 {
		return 0
	}
	var print uint64
	for i, v := range votes {
		if v > 0 {
			print |= 1 << i
		}
	}
	return print
}

// mix spreads a hash over all bits (the finalizer of MurmurHash3, Appleby).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// copyBits is in how many bits the fingerprints of copies differ at most. Texts
// of different authors about one thing differ in 20 or more.
const copyBits = 9

// Copies tells which reports copy an earlier one: the first, by publication,
// whose text is nearly theirs. Reports that copy none are not in the answer.
func Copies(reports []event.Report) map[uuid.UUID]uuid.UUID {
	reports = slices.Clone(reports)
	slices.SortFunc(reports, earlier)
	copies := map[uuid.UUID]uuid.UUID{}
	var originals []*event.Report
	for i := range reports {
		r := &reports[i]
		at := slices.IndexFunc(originals, func(o *event.Report) bool {
			return o.Print != 0 && r.Print != 0 && bits.OnesCount64(o.Print^r.Print) <= copyBits
		})
		if at < 0 {
			originals = append(originals, r)
		} else if originals[at].ID != r.ID {
			copies[r.ID] = originals[at].ID
		}
	}
	return copies
}

// earlier orders reports by publication, the unknown last, then by content.
func earlier(a, b event.Report) int {
	if x, y := a.Published.IsZero(), b.Published.IsZero(); x != y {
		if x {
			return 1
		}
		return -1
	}
	return cmp.Or(a.Published.Compare(b.Published), bytes.Compare(a.Hash[:], b.Hash[:]), bytes.Compare(a.ID[:], b.ID[:]))
}
