package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"demarche/api/encode"
	"demarche/internal/event"

	"github.com/danielgtaylor/huma/v2"
)

// OGC API - Features, Part 1: Core (OGC 17-069r4), for GIS programs: one
// collection, events, which is asked with the grammar that lists have.
const (
	ogcRoot       = "/ogc"
	ogcCollection = ogcRoot + "/collections/events"
	ogcItems      = ogcCollection + "/items"

	geoMedia        = "application/geo+json"
	openAPI30Media  = "application/vnd.oai.openapi+json;version=3.0"
	schemaMedia     = "application/schema+json"
	crs84           = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	queryablesRel   = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
	ogcDescription  = "Diplomatic events from news, with actors, roles, date, place, status and the sentences that prove them."
	ogcDefaultLimit = 100
)

type ogcLink struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

type ogcOutput[T any] struct{ Body T }

type ogcLanding struct {
	Title       string    `json:"title"`
	Description string    `json:"description"`
	Links       []ogcLink `json:"links"`
}

func (s *server) ogcLanding(_ context.Context, in *nothing) (*ogcOutput[ogcLanding], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return &ogcOutput[ogcLanding]{ogcLanding{"Demarche", ogcDescription, []ogcLink{
		{in.base + ogcRoot, "self", "application/json", "This document"},
		{in.base + ogcRoot + "/api", "service-desc", openAPI30Media, "The API, as OpenAPI 3.0"},
		{in.base + "/docs", "service-doc", "text/html", "The API, for people"},
		{in.base + ogcRoot + "/conformance", "conformance", "application/json", "What it conforms to"},
		{in.base + ogcRoot + "/collections", "data", "application/json", "The collections"},
	}}}, nil
}

type ogcConformance struct {
	ConformsTo []string `json:"conformsTo"`
}

func (s *server) ogcConformance(_ context.Context, in *nothing) (*ogcOutput[ogcConformance], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	const class = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
	return &ogcOutput[ogcConformance]{ogcConformance{[]string{class + "core", class + "oas30", class + "geojson"}}}, nil
}

type ogcExtent struct {
	Spatial struct {
		BBox [][4]float64 `json:"bbox"`
		CRS  string       `json:"crs"`
	} `json:"spatial"`
	Temporal struct {
		Interval [][2]*string `json:"interval"`
	} `json:"temporal"`
}

type ogcCollectionInfo struct {
	ID          string    `json:"id"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	ItemType    string    `json:"itemType"`
	CRS         []string  `json:"crs"`
	Extent      ogcExtent `json:"extent"`
	Links       []ogcLink `json:"links"`
}

func eventsCollection(base string) ogcCollectionInfo {
	c := ogcCollectionInfo{ID: "events", Title: "Diplomatic events", Description: ogcDescription, ItemType: "feature", CRS: []string{crs84}, Links: []ogcLink{
		{base + ogcCollection, "self", "application/json", "This collection"},
		{base + ogcItems, "items", geoMedia, "Events"},
		{base + ogcCollection + "/queryables", queryablesRel, schemaMedia, "What can be asked for"},
	}}
	c.Extent.Spatial.BBox, c.Extent.Spatial.CRS = [][4]float64{{-180, -90, 180, 90}}, crs84
	c.Extent.Temporal.Interval = [][2]*string{{nil, nil}}
	return c
}

type ogcCollections struct {
	Links       []ogcLink           `json:"links"`
	Collections []ogcCollectionInfo `json:"collections"`
}

func (s *server) ogcCollections(_ context.Context, in *nothing) (*ogcOutput[ogcCollections], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return &ogcOutput[ogcCollections]{ogcCollections{
		[]ogcLink{{in.base + ogcRoot + "/collections", "self", "application/json", "This document"}}, []ogcCollectionInfo{eventsCollection(in.base)}}}, nil
}

func (s *server) ogcCollection(_ context.Context, in *nothing) (*ogcOutput[ogcCollectionInfo], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return &ogcOutput[ogcCollectionInfo]{eventsCollection(in.base)}, nil
}

// ogcQueryables describes the parameters of the grammar as a JSON Schema.
func (s *server) ogcQueryables(_ context.Context, in *nothing) (*huma.StreamResponse, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	properties := map[string]any{}
	for _, d := range parameterDocs {
		if slices.Contains(event.QuestionParameters(), d.name) {
			property := map[string]any{"title": d.name, "description": d.doc, "type": d.schema.Type}
			if len(d.schema.Enum) > 0 {
				property["enum"] = d.schema.Enum
			}
			properties[d.name] = property
		}
	}
	body, err := json.Marshal(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": in.base + ogcCollection + "/queryables",
		"type": "object", "title": "Events", "properties": properties, "additionalProperties": false,
	})
	return sent(&answer{media: schemaMedia, body: body}, err)
}

// ogcAPI gives the OpenAPI document as version 3.0, which is the one that the
// standard's class oas30 is of.
func (s *server) ogcAPI() http.HandlerFunc {
	document, err := s.huma.OpenAPI().Downgrade()
	return func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			sendProblem(w, r, s.problem(r.Context(), err))
			return
		}
		w.Header().Set("Content-Type", openAPI30Media)
		_, _ = w.Write(document) // who goes away needs no answer
	}
}

// ogcItems gives a page of events as features. A limit that is too high is
// lowered, as the standard wants it.
func (s *server) ogcItems(ctx context.Context, in *listInput) (*huma.StreamResponse, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	if n, err := strconv.Atoi(q.Get("limit")); err == nil && n > event.MaxLimit {
		q.Set("limit", strconv.Itoa(event.MaxLimit))
	} else if !q.Has("limit") {
		q.Set("limit", strconv.Itoa(ogcDefaultLimit))
	}
	asked := &listInput{in.request}
	asked.rawQuery = q.Encode()
	return sent(s.pageAs(ctx, asked, s.geoForm()))
}

// geoForm is the place of GeoJSON among the formats.
func (s *server) geoForm() int {
	for i, f := range s.formats {
		if f.Media == geoMedia {
			return i
		}
	}
	panic("there is no GeoJSON")
}

func (s *server) ogcItem(ctx context.Context, in *byID) (*huma.StreamResponse, error) {
	id, err := in.check()
	if err != nil {
		return nil, err
	}
	doc, err := s.Store.Event(ctx, id)
	if err != nil {
		return nil, err
	}
	format := s.formats[s.geoForm()]
	b, release := s.borrow()
	shape := encode.Shape{Single: true, Base: in.base, Self: in.self(), Collection: ogcCollection}
	if err := encodeAll(format.Open(b, &shape), doc); err != nil {
		return nil, err
	}
	return sent(&answer{media: format.Media, body: b.Bytes(), release: release}, nil)
}

// registerOGC adds the routes.
func (s *server) registerOGC() {
	get := func(id, path, summary string, parameters ...*huma.Param) huma.Operation {
		return huma.Operation{OperationID: "ogc-" + id, Method: http.MethodGet, Path: path, Tags: []string{"OGC API - Features"}, Summary: summary, Parameters: parameters}
	}
	features := func(op huma.Operation) huma.Operation {
		op.Responses = map[string]*huma.Response{"200": {Description: "GeoJSON (RFC 7946)", Content: map[string]*huma.MediaType{geoMedia: {Schema: &huma.Schema{Type: huma.TypeObject}}}}}
		return op
	}
	register(s, get("landing", ogcRoot, "Where everything is"), s.ogcLanding)
	register(s, get("conformance", ogcRoot+"/conformance", "What it conforms to"), s.ogcConformance)
	register(s, get("collections", ogcRoot+"/collections", "The collections: there is one"), s.ogcCollections)
	register(s, get("collection", ogcCollection, "The collection of events"), s.ogcCollection)
	queryables := get("queryables", ogcCollection+"/queryables", "What events can be asked for by")
	queryables.Responses = map[string]*huma.Response{"200": {Description: "A JSON Schema", Content: map[string]*huma.MediaType{schemaMedia: {Schema: &huma.Schema{Type: huma.TypeObject}}}}}
	register(s, queryables, s.ogcQueryables)
	register(s, features(get("items", ogcItems, "Events as features", filterParameters()...)), s.ogcItems)
	register(s, features(get("item", ogcItems+"/{id}", "One event as a feature")), s.ogcItem)
}
