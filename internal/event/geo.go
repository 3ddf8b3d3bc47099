package event

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Box is a box of latitudes and longitudes in degrees, its edges included. If
// MinLon is greater than MaxLon it crosses the antimeridian.
type Box struct{ MinLon, MinLat, MaxLon, MaxLat float64 }

// Contains tells whether a point is in the box.
func (b Box) Contains(lat, lon float64) bool {
	if lat < b.MinLat || lat > b.MaxLat {
		return false
	}
	if b.MinLon > b.MaxLon {
		return lon >= b.MinLon || lon <= b.MaxLon
	}
	return lon >= b.MinLon && lon <= b.MaxLon
}

// String gives the box as the parameter bbox has it.
func (b Box) String() string {
	return strings.Join([]string{decimal(b.MinLon), decimal(b.MinLat), decimal(b.MaxLon), decimal(b.MaxLat)}, ",")
}

func parseBox(s string) (*Box, error) {
	v, err := numbers(s, 4)
	if err != nil {
		return nil, fmt.Errorf("%q is not a box: expected minlon,minlat,maxlon,maxlat in degrees", clip(s))
	}
	b := Box{v[0], v[1], v[2], v[3]}
	switch {
	case !isLon(b.MinLon) || !isLon(b.MaxLon):
		return nil, fmt.Errorf("expected longitudes from -180 to 180: minlon,minlat,maxlon,maxlat")
	case !isLat(b.MinLat) || !isLat(b.MaxLat):
		return nil, fmt.Errorf("expected latitudes from -90 to 90: minlon,minlat,maxlon,maxlat")
	case b.MinLat > b.MaxLat:
		return nil, fmt.Errorf("expected minlat not above maxlat (a minlon above maxlon is taken to cross the antimeridian)")
	}
	return &b, nil
}

// earthRadiusKM is the mean radius of the Earth (IUGG).
const earthRadiusKM = 6371.0088

// Circle is all points within a great-circle distance of one.
type Circle struct{ Lat, Lon, RadiusKM float64 }

// Contains tells whether a point is in the circle, by the haversine formula on
// a sphere.
func (c Circle) Contains(lat, lon float64) bool {
	rad := math.Pi / 180
	sinLat, sinLon := math.Sin((lat-c.Lat)*rad/2), math.Sin((lon-c.Lon)*rad/2)
	h := sinLat*sinLat + math.Cos(lat*rad)*math.Cos(c.Lat*rad)*sinLon*sinLon
	return 2*earthRadiusKM*math.Asin(math.Sqrt(min(h, 1))) <= c.RadiusKM
}

// Box gives a box that has the whole circle in it.
func (c Circle) Box() Box {
	degrees := c.RadiusKM/earthRadiusKM*180/math.Pi + 1e-9
	b := Box{-180, max(c.Lat-degrees, -90), 180, min(c.Lat+degrees, 90)}
	if b.MinLat == -90 || b.MaxLat == 90 { // a pole is in it
		return b
	}
	// The circle's greatest longitude is where its tangent meridian is.
	width := math.Asin(math.Sin(degrees*math.Pi/180)/math.Cos(c.Lat*math.Pi/180))*180/math.Pi + 1e-9
	b.MinLon, b.MaxLon = wrap(c.Lon-width), wrap(c.Lon+width)
	return b
}

// wrap brings a longitude into [-180, 180].
func wrap(lon float64) float64 {
	switch {
	case lon < -180:
		return lon + 360
	case lon > 180:
		return lon - 360
	}
	return lon
}

// parsePoint reads "lat,lon".
func parsePoint(s string) (*Circle, error) {
	v, err := numbers(s, 2)
	if err != nil || !isLat(v[0]) || !isLon(v[1]) {
		return nil, fmt.Errorf("%q is not a point: expected lat,lon in degrees, such as 33.5,36.3", clip(s))
	}
	return &Circle{Lat: v[0], Lon: v[1]}, nil
}

// maxRadiusKM is half way round the Earth.
const maxRadiusKM = 20_038

func parseRadius(s string) (float64, error) {
	v, err := numbers(s, 1)
	if err != nil || v[0] <= 0 || v[0] > maxRadiusKM {
		return 0, fmt.Errorf("expected kilometres above 0 and at most %d", maxRadiusKM)
	}
	return v[0], nil
}

// numbers reads n finite numbers with commas between.
func numbers(s string, n int) ([]float64, error) {
	parts := strings.Split(s, ",")
	if len(parts) != n {
		return nil, fmt.Errorf("expected %d numbers", n)
	}
	out := make([]float64, n)
	for i, p := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%q is not a number", clip(p))
		}
		out[i] = x + 0 // no negative zero
	}
	return out, nil
}

func isLat(x float64) bool { return x >= -90 && x <= 90 }

func isLon(x float64) bool { return x >= -180 && x <= 180 }
