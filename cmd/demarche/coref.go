package main

import (
	"fmt"
	"os"
	"strings"

	"demarche/internal/accuracy"
	"demarche/internal/event"
	"demarche/internal/gazetteer"
	"demarche/internal/resolve"
)

type corefEvalCmd struct {
	File string `arg:"" type:"existingfile" help:"Mentions with the events that people put them under, one a line: date, doc, char_offsets, source, target, cameo, coref_group."`
}

// Run puts the mentions of a file under events by the rules that the product
// resolves with, and prints how well that agrees with people.
func (c *corefEvalCmd) Run(s streams) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	tuples, err := accuracy.ReadTuples(file)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	g, err := gazetteer.New()
	if err != nil {
		return fmt.Errorf("read the gazetteer: %w", err)
	}
	mentions, of := accuracy.Mentions(tuples, func(name string, day event.Day) string { return codeOf(g, name, day) })
	anchors, err := resolve.Group(mentions)
	if err != nil {
		return err
	}
	got, want := make([]int, len(tuples)), make([]string, len(tuples))
	events := map[int]bool{}
	for i, t := range tuples {
		got[i], want[i] = anchors[of[i]], t.Group
		events[got[i]] = true
	}
	m := accuracy.MeasureBCubed(got, want)
	fmt.Fprintf(s.out, "%d tuples, %d mentions, %d events\n", len(tuples), len(mentions), len(events))
	_, err = fmt.Fprintf(s.out, "B3 P=%.3f R=%.3f F1=%.3f\n", m.Precision, m.Recall, m.F1)
	return err
}

// codeOf gives the code that a name of a state, a body or a person acts for.
// Of "United States/Citizen" it is that of the part before the slash.
func codeOf(g *gazetteer.Gazetteer, name string, day event.Day) string {
	name, _, _ = strings.Cut(name, "/")
	for _, e := range g.Lookup(name) {
		if e.Code != "" {
			return e.Code
		}
		if office, ok := g.OfficeOn(e, day.String()); ok {
			return office.Code
		}
	}
	return ""
}
