package event

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Project cuts an event's JSON document down to the members that the filter
// wants, in the document's order; without Fields it is given back as it is.
// Members that the event does not have stay absent.
func (f *Filter) Project(document []byte) ([]byte, error) {
	if len(f.Fields) == 0 {
		return document, nil
	}
	d := json.NewDecoder(bytes.NewReader(document))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("an event's document is not a JSON object: %v %w", t, err)
	}
	out := []byte{'{'}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("read an event's document: %w", err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, fmt.Errorf("read an event's document: %w", err)
		}
		if name, ok := name.(string); ok && has(f.Fields, name) {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(fmt.Appendf(out, "%q:", name), value...)
		}
	}
	return append(out, '}'), nil
}
