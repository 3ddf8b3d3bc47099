package resolve

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"demarche/internal/event"

	"github.com/google/uuid"
)

// sketch is what the rules look at in a mention: small, because it is kept
// beside the mention and read for every one that might be the same event.
type sketch struct {
	Type     event.Type   `json:"t"`
	Status   event.Status `json:"s"`
	Sides    []side       `json:"p,omitempty"`
	First    *event.Day   `json:"f,omitempty"` // of the event
	Last     *event.Day   `json:"l,omitempty"`
	Implied  bool         `json:"i,omitempty"` // the day was not said: it is that of the news
	Reported *event.Day   `json:"r,omitempty"` // of the report
	Country  string       `json:"c,omitempty"`
	Place    string       `json:"n,omitempty"` // search key; empty if only the country is known
	Lat      *float64     `json:"y,omitempty"`
	Lon      *float64     `json:"x,omitempty"`
	Phase    string       `json:"h,omitempty"`
	Words    []uint32     `json:"w,omitempty"` // hashed words of the evidence without the names, sorted
	Article  uuid.UUID    `json:"a"`
}

// side is who takes part, as far as the rules ask.
type side struct {
	Code   string     `json:"c"`
	Role   event.Role `json:"r"`
	Person string     `json:"n,omitempty"` // search key of a person's last name
}

// maxWords bounds the words of a sketch; of more, those with the lowest hash
// are taken, which is a fair sample.
const maxWords = 40

// sketchOf draws the sketch of a mention.
func sketchOf(m *event.Mention) sketch {
	e := &m.Event
	s := sketch{Type: e.Type, Status: e.Status, Reported: m.Report.Day, Article: m.Report.ID}
	if e.Date != nil {
		s.First, s.Last, s.Implied = &e.Date.Start, &e.Date.End, implied(e.Date)
	}
	if l := e.Location; l != nil {
		s.Country = l.Country
		if l.Precision != "country" {
			s.Place, s.Lat, s.Lon = event.SearchKey(l.Place), l.Lat, l.Lon
		}
	}
	names := map[string]bool{}
	for _, p := range e.Participants {
		s.Sides = append(s.Sides, side{p.Code, p.Role, personKey(&p)})
		for _, text := range []string{p.Name, p.Title} {
			for _, w := range event.SearchWords(text) {
				names[stem(w)] = true
			}
		}
	}
	slices.SortFunc(s.Sides, func(a, b side) int {
		return cmp.Or(strings.Compare(a.Code, b.Code), strings.Compare(string(a.Role), string(b.Role)), strings.Compare(a.Person, b.Person))
	})
	s.Sides = slices.Compact(s.Sides)
	var words []string
	for _, v := range e.Evidence {
		words = append(words, event.SearchWords(v.Text)...)
	}
	s.Phase = phaseOf(e, words)
	for _, w := range words {
		if w := stem(w); len(w) > 2 && !empty[w] && !names[w] {
			s.Words = append(s.Words, uint32(hash64(w)))
		}
	}
	slices.Sort(s.Words)
	s.Words = slices.Compact(s.Words)
	s.Words = s.Words[:min(len(s.Words), maxWords)]
	return s
}

// implied tells a day that the text does not say.
func implied(d *event.Date) bool { return d.Text == "" }

// personKey gives the last name of a participant who is known to be a person:
// one with a title and a name of capitals. Empty for a state, a body, or
// "Turkish officials".
func personKey(p *event.Participant) string {
	words := strings.Fields(p.Name)
	if p.Title == "" || len(words) == 0 {
		return ""
	}
	if slices.ContainsFunc(words, func(w string) bool { return unicode.IsLower([]rune(w)[0]) && len(w) > 3 }) {
		return ""
	}
	keys := event.SearchWords(p.Name)
	if len(keys) == 0 {
		return ""
	}
	return keys[len(keys)-1]
}

// stem cuts the endings of inflection, roughly.
func stem(w string) string {
	for _, end := range []string{"ing", "ies", "ied", "ed", "es", "s"} {
		if cut, ok := strings.CutSuffix(w, end); ok && len(cut) >= 3 {
			return cut
		}
	}
	return w
}

// empty are stems of words that tell nothing of what happened.
var empty = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`a an the and or but of in on at to for from by with as into over under after before about between during
		is are was were be been being has have had do does did will would shall should may might can could must not no nor
		it its he his him she her they their them we our us you your i me my this that these those who whom which what when where why how
		said say told tell added also according statement news agency reported report official officials government minister ministry
		foreign president spokesman spokesperson monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow week month year day
		january february march april june july august september october november december
		there here than then more most other some any all both each very own same so such only just one two new`) {
		m[stem(w)] = true
	}
	return m
}()

// phaseOf tells which of several like events of a process is spoken of:
// "extend" for what prolongs another, "round 3" for a numbered round.
func phaseOf(e *event.Event, words []string) string {
	for i, w := range words {
		if i > 0 && (w == "round" || w == "session") {
			if n, ok := ordinal(words[i-1]); ok {
				return "round " + strconv.Itoa(n)
			}
		}
	}
	switch e.Type {
	case event.Ceasefire, event.Agreement:
		trigger := ""
		for _, v := range e.Evidence {
			if v.Trigger != nil {
				trigger += " " + event.SearchKey(v.Trigger.Text)
			}
		}
		for _, w := range append(strings.Fields(trigger), words...) {
			switch stem(w) {
			case "extend", "extension", "prolong", "renew", "renewal", "prolongation":
				return "extend"
			}
		}
	}
	return ""
}

// ordinal reads "third" and "23rd".
func ordinal(w string) (int, bool) {
	if n := slices.Index(ordinals, w); n >= 0 {
		return n + 1, true
	}
	if len(w) > 2 && slices.Contains([]string{"st", "nd", "rd", "th"}, w[len(w)-2:]) {
		n, err := strconv.Atoi(w[:len(w)-2])
		return n, err == nil
	}
	return 0, false
}

var ordinals = strings.Fields("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth")

// exact tells whether the days of the event are known to a week or better.
func (s *sketch) exact() bool { return s.First != nil && *s.Last-*s.First < 7 }

// codes gives the codes that take part, each once, in order.
func (s *sketch) codes() []string {
	codes := make([]string, len(s.Sides))
	for i := range s.Sides {
		codes[i] = s.Sides[i].Code
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// maxBlocked bounds the codes of a mention that make blocks: a list of thirty
// signatories is found by its first six.
const maxBlocked = 6

// blocks gives the keys under which a mention is found: its class with each two
// codes that take part, or with the only one; on the day of the event if that
// is known well, else of the report.
func (s *sketch) blocks() []event.Block {
	day := int32(event.Undated)
	switch {
	case s.exact():
		day = int32(*s.First)
	case s.Reported != nil:
		day = int32(*s.Reported)
	case s.First != nil:
		day = int32(*s.First)
	}
	codes := s.codes()
	codes = codes[:min(len(codes), maxBlocked)]
	class := classOf(s.Type)
	key := func(a, b string) event.Block {
		return event.Block{Key: int64(hash64(class + " " + a + " " + b)), Day: day}
	}
	switch len(codes) {
	case 0:
		return nil
	case 1:
		return []event.Block{key(codes[0], codes[0])}
	}
	var blocks []event.Block
	for i, a := range codes {
		for _, b := range codes[i+1:] {
			blocks = append(blocks, key(a, b))
		}
	}
	return blocks
}

func hash64(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

// rank orders mentions for choosing: those that tell more first, so that a
// vague report hangs on an exact one and not the other way round; among equals
// the one that was published first; then by content, so that the order does not
// depend on what came in first.
func rank(m *event.Mention, s *sketch) []byte {
	told := 0
	if s.exact() {
		told += 4
		if m.Event.Date.Text != "" {
			told++
		}
	}
	if s.Place != "" {
		told++
	}
	if len(s.codes()) > 1 {
		told += 2
	}
	b := []byte{byte(16 - told)}
	published := m.Report.Published.Unix()
	if m.Report.Published.IsZero() {
		published = 1 << 40 // unknown: last
	}
	b = binary.BigEndian.AppendUint64(b, uint64(published)^1<<63)
	b = append(b, m.Report.Hash[:8]...)
	start := 0
	if len(m.Event.Evidence) > 0 {
		start = m.Event.Evidence[0].Start
	}
	b = binary.BigEndian.AppendUint32(b, uint32(start))
	h := fnv.New64a()
	fmt.Fprint(h, s.Type, s.Status, s.Sides, s.Words)
	if s.First != nil {
		fmt.Fprint(h, *s.First, *s.Last)
	}
	b = binary.BigEndian.AppendUint64(b, h.Sum64())
	return append(b, m.ID[:]...) // only for what cannot be told apart
}

// File gives a mention the form in which resolution works with it.
func File(m *event.Mention) (event.Filed, error) {
	s := sketchOf(m)
	b, err := json.Marshal(&s)
	if err != nil {
		return event.Filed{}, fmt.Errorf("sketch mention %s: %w", m.ID, err)
	}
	return event.Filed{ID: m.ID, Decision: m.Decision, Rank: rank(m, &s), Sketch: b, Blocks: s.blocks()}, nil
}

// before tells whether a ranks above b. What an operator decided on ranks above
// all else, so that nothing else can take it away.
func before(a, b *filed) bool {
	if x, y := a.Decision != uuid.Nil, b.Decision != uuid.Nil; x != y {
		return x
	}
	return bytes.Compare(a.Rank, b.Rank) < 0
}
