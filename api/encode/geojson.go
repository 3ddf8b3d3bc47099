package encode

import (
	"bytes"
	"slices"
	"strconv"

	"demarche/internal/event"
)

// geoEncoder writes a feature collection (RFC 7946), or one feature: the
// columns are the properties, but those that the geometry has.
type geoEncoder struct {
	b       *bytes.Buffer
	s       *Shape
	columns []column
	n       int
	lats    [2]float64 // the least and the greatest
	lons    []float64
}

func openGeoJSON(b *bytes.Buffer, s *Shape) Encoder {
	e := &geoEncoder{b: b, s: s, columns: slices.DeleteFunc(s.columns(), func(c column) bool { return c.name == "lat" || c.name == "lon" })}
	if s.Single {
		return e
	}
	out := append(b.AvailableBuffer(), `{"type":"FeatureCollection","links":[{"rel":"self","type":"application/geo+json","href":`...)
	out = append(appendString(out, s.Base+s.Self), '}')
	if s.Next != "" {
		out = append(out, `,{"rel":"next","type":"application/geo+json","href":`...)
		out = append(appendString(out, s.Base+s.Next), '}')
	}
	out = append(out, `],"features":[`...)
	b.Write(out)
	return e
}

func (e *geoEncoder) Event(document []byte) error {
	ev, err := decode(document)
	if err != nil {
		return err
	}
	out := e.b.AvailableBuffer()
	if e.n > 0 {
		out = append(out, ',', '\n')
	}
	e.n++
	out = append(out, `{"type":"Feature","id":`...)
	out = appendString(out, ev.ID.String())
	out = append(out, `,"geometry":`...)
	out = e.point(out, ev)
	out = append(out, `,"properties":{`...)
	for i := range e.columns {
		if i > 0 {
			out = append(out, ',')
		}
		out = e.property(out, &e.columns[i], ev)
	}
	out = append(out, '}')
	if e.s.Collection != "" && e.s.Single {
		out = appendString(append(out, `,"links":[{"rel":"self","type":"application/geo+json","href":`...), e.s.Base+e.s.Self)
		out = appendString(append(out, `},{"rel":"collection","type":"application/json","href":`...), e.s.Base+e.s.Collection)
		out = append(out, "}]"...)
	}
	e.b.Write(append(out, '}'))
	return nil
}

// point writes where an event is; null if nobody knows.
func (e *geoEncoder) point(out []byte, ev *event.Event) []byte {
	if ev.Location == nil || ev.Location.Lat == nil || ev.Location.Lon == nil {
		return append(out, "null"...)
	}
	lat, lon := *ev.Location.Lat, *ev.Location.Lon
	if len(e.lons) == 0 {
		e.lats = [2]float64{lat, lat}
	}
	e.lats = [2]float64{min(lat, e.lats[0]), max(lat, e.lats[1])}
	e.lons = append(e.lons, lon)
	out = append(out, `{"type":"Point","coordinates":[`...)
	out = append(appendNumber(out, lon), ',')
	return append(appendNumber(out, lat), ']', '}')
}

func (e *geoEncoder) property(out []byte, c *column, ev *event.Event) []byte {
	out = append(appendString(out, c.name), ':')
	if c.list == nil {
		return appendJSON(out, c.value(ev, 0, e.s), c.kind)
	}
	out = append(out, '[')
	for j := range c.list.len(ev) {
		if j > 0 {
			out = append(out, ',')
		}
		v := c.value(ev, j, e.s)
		v.none = v.none && c.kind != text // an empty text, so that tools see a list of texts
		out = appendJSON(out, v, c.kind)
	}
	return append(out, ']')
}

// appendJSON writes a value of a kind as JSON.
func appendJSON(out []byte, v value, k kind) []byte {
	switch {
	case v.none:
		return append(out, "null"...)
	case k == text:
		return appendString(out, v.text)
	case k == number || k == integer:
		return v.append(out, k)
	}
	return append(v.append(append(out, '"'), k), '"')
}

func appendNumber(out []byte, x float64) []byte { return strconv.AppendFloat(out, x, 'f', -1, 64) }

func (e *geoEncoder) End() error {
	if e.s.Single {
		return nil
	}
	out := append(e.b.AvailableBuffer(), ']')
	if len(e.lons) > 0 {
		west, east := around(e.lons)
		out = append(out, `,"bbox":[`...)
		for i, x := range []float64{west, e.lats[0], east, e.lats[1]} {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendNumber(out, x)
		}
		out = append(out, ']')
	}
	out = append(out, `,"numberReturned":`...)
	out = strconv.AppendInt(out, int64(e.n), 10)
	if e.s.Count != nil {
		out = append(out, `,"numberMatched":`...)
		out = strconv.AppendInt(out, *e.s.Count, 10)
	}
	out = append(out, `,"next_cursor":"`+e.s.Cursor+`"}`...)
	e.b.Write(out)
	return nil
}

// around gives the shortest run of longitudes that has all of these in it; if
// it crosses the antimeridian, west is the greater (RFC 7946, 5.2).
func around(lons []float64) (west, east float64) {
	slices.Sort(lons)
	last := len(lons) - 1
	west, east = lons[0], lons[last]
	widest := west + 360 - east
	for i := range last {
		if gap := lons[i+1] - lons[i]; gap > widest {
			widest, west, east = gap, lons[i+1], lons[i]
		}
	}
	return west, east
}
