package resolve_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"demarche/internal/accuracy"
	"demarche/internal/event"
	"demarche/internal/extract"
	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
	"demarche/internal/resolve"

	"github.com/google/uuid"
)

// coder is the real one.
func coder(t *testing.T) *extract.Extractor {
	t.Helper()
	g, err := gazetteer.New()
	if err != nil {
		t.Fatal(err)
	}
	a, err := nlp.New()
	if err != nil {
		t.Fatal(err)
	}
	x, err := extract.New(a, g)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// read codes a report.
func read(t *testing.T, x *extract.Extractor, day, text string) []event.Mention {
	t.Helper()
	article, err := event.Draft{Text: text, Published: day}.Check(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	article.ID = uuid.New()
	report := event.ReportOf(&article)
	report.Print = resolve.Print(text)
	var mentions []event.Mention
	for _, e := range x.Events(&article) {
		mentions = append(mentions, event.Mention{ID: uuid.New(), Report: report, Event: e})
	}
	if len(mentions) == 0 {
		t.Errorf("nothing was coded from %q", text)
	}
	return mentions
}

// lines gives the lines of a file of test data that say something.
func lines(t *testing.T, name string) []string {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []string
	for s := bufio.NewScanner(file); s.Scan(); {
		if l := strings.TrimSpace(s.Text()); l != "" && !strings.HasPrefix(l, "#") {
			all = append(all, l)
		}
	}
	return all
}

// TestPairs reads pairs of reports with the real coder: of the same event, told
// differently, and of different events told alike. Every pair that is not
// judged as people judge it is named; few may be.
func TestPairs(t *testing.T) {
	t.Parallel()
	x := coder(t)
	wrong, pairs := map[string][]string{}, map[string]int{}
	for _, l := range lines(t, "testdata/pairs.txt") {
		f := strings.Split(l, " | ")
		if len(f) != 5 {
			t.Fatalf("%q has not five fields", l)
		}
		mentions := read(t, x, f[1], f[2])
		first := len(mentions)
		mentions = append(mentions, read(t, x, f[3], f[4])...)
		anchors, err := resolve.Group(mentions)
		if err != nil {
			t.Fatal(err)
		}
		same := slices.ContainsFunc(anchors[:first], func(a int) bool { return slices.Contains(anchors[first:], a) })
		pairs[f[0]]++
		if same != (f[0] == "same") {
			why := ""
			for i := range mentions[:first] {
				for j := range mentions[first:] {
					why += "\n\t" + string(mentions[i].Event.Type) + " " + string(mentions[first+j].Event.Type)
					for _, r := range resolve.Explain(&mentions[i], &mentions[first+j]).Reasons {
						why += "; " + r.What
					}
				}
			}
			wrong[f[0]] = append(wrong[f[0]], l+why)
		}
	}
	t.Logf("%d of %d told as the same are, %d of %d told apart are", pairs["same"]-len(wrong["same"]), pairs["same"], pairs["other"]-len(wrong["other"]), pairs["other"])
	if pairs["same"] < 30 || pairs["other"] < 30 || len(wrong["same"]) > 3 || len(wrong["other"]) > 1 {
		t.Errorf("%s", strings.Join(slices.Concat(wrong["same"], wrong["other"]), "\n"))
	}
}

// TestClusters reads all reports of the clusters together. Two reports are
// together if any of their events is one.
func TestClusters(t *testing.T) {
	t.Parallel()
	x := coder(t)
	var mentions []event.Mention
	var of, want []int // the report of each mention, the cluster of each report
	clusters := 0
	for _, l := range lines(t, "testdata/clusters.txt") {
		day, text, ok := strings.Cut(l, " | ")
		if !ok {
			clusters++
			continue
		}
		for _, m := range read(t, x, day, text) {
			mentions, of = append(mentions, m), append(of, len(want))
		}
		want = append(want, clusters)
	}
	anchors, err := resolve.Group(mentions)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]int, len(want)) // reports that share an event, under the first of them
	for i := range got {
		got[i] = i
	}
	for changed := true; changed; {
		changed = false
		for i := range mentions {
			for j := range mentions {
				if a, b := of[i], of[j]; anchors[i] == anchors[j] && got[a] != got[b] {
					got[a], got[b], changed = min(got[a], got[b]), min(got[a], got[b]), true
				}
			}
		}
	}
	m := accuracy.MeasureBCubed(got, want)
	t.Logf("%d clusters of %d reports: %+v", clusters, len(want), m)
	if clusters < 20 || m.Precision < 0.95 || m.F1 < 0.9 {
		t.Errorf("%d clusters, %+v: %v", clusters, m, got)
	}
}

// TestCopies tells copies with other headlines and credits from reports of
// others about the same.
func TestCopies(t *testing.T) {
	t.Parallel()
	const story = `The foreign ministers of Norway and Chile met in Oslo on Thursday. They spoke for two hours about fisheries, polar research
and the price of salmon, and will meet again in Santiago in the autumn. Neither side would say whether the dispute over quotas was
settled. Fishermen of both countries had protested in front of the parliament for a week, and the police had closed two streets.`
	const own = `Norway and Chile remain at odds over fishing quotas after a meeting of their top diplomats in the Norwegian capital. Officials
who were present described the mood as friendly, but said that the Chilean delegation had arrived without a mandate to sign. A second
meeting is planned for autumn. Salmon exports were worth more than nine billion dollars last year, a record for the industry.`
	report := func(n byte, text string) event.Report {
		return event.Report{ID: uuid.UUID{15: n}, Published: event.Day(17000 + int(n)).Time(), Print: resolve.Print(text)}
	}
	copies := resolve.Copies([]event.Report{
		report(3, "OSLO (Agency) - "+story), report(1, story), report(2, own), report(4, strings.Replace(story, "the police had closed two streets", "streets were closed", 1)),
		report(5, own+" This story was updated."), report(6, "Salmon."),
	})
	if want := map[uuid.UUID]uuid.UUID{{15: 3}: {15: 1}, {15: 4}: {15: 1}, {15: 5}: {15: 2}}; len(copies) != len(want) || copies[uuid.UUID{15: 3}] != want[uuid.UUID{15: 3}] ||
		copies[uuid.UUID{15: 4}] != want[uuid.UUID{15: 4}] || copies[uuid.UUID{15: 5}] != want[uuid.UUID{15: 5}] {
		t.Errorf("%v", copies)
	}
}
