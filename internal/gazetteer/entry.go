package gazetteer

// Kind says what an [Entry] is.
type Kind uint8

// The kinds of entries.
const (
	KindUnknown      Kind = iota
	KindState             // a state or territory, present or past: Syria, the Soviet Union
	KindDemonym           // an adjective or noun of nationality: Syrian, Syrians
	KindCapital           // a seat of government that stands for its government, and is a place: Damascus, the Kremlin
	KindOrganization      // an intergovernmental or non-governmental organisation, or a company
	KindInstitution       // an institution of one state: the Knesset, the State Department, Mossad
	KindGroup             // an armed group, an opposition movement or a party
	KindPerson            // a person with dated offices
	KindPlace             // a town, a region, a body of water, a venue
	KindRole              // a common noun for a kind of actor, from a dictionary of agents: "farmer"
)

var kindNames = [...]string{
	KindUnknown:      "unknown",
	KindState:        "state",
	KindDemonym:      "demonym",
	KindCapital:      "capital",
	KindOrganization: "organization",
	KindInstitution:  "institution",
	KindGroup:        "group",
	KindPerson:       "person",
	KindPlace:        "place",
	KindRole:         "role",
}

// String returns the kind's name in lower case, the name that dictionaries use.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[KindUnknown]
}

// parseKind is the inverse of [Kind.String].
func parseKind(name string) (Kind, bool) {
	for k, n := range kindNames {
		if n == name && Kind(k) != KindUnknown {
			return Kind(k), true
		}
	}
	return KindUnknown, false
}

// Entry is one thing that a name can mean.
type Entry struct {
	ID      string   // stable key: "state:SYR", "org:UN", "person:bashar-al-assad", "place:170063"
	Kind    Kind     // what it is
	Name    string   // canonical English name: "Syria", "Bashar al-Assad"
	Code    string   // code of the state or body that it acts for; "" for a person, whose code depends on the day
	Sector  string   // GOV, MIL, LEG, JUD, COP, SPY, OPP, REB, MED, BUS, CVL, REL, IGO, NGO; "" for a person or a place
	Offices []Office // persons only, sorted by From
	Place   *Place   // places, capitals and states

	prominence int64 // orders the readings of one name, the highest first
}

// Office is a term that a person serves or served. Dates have the precision that is known: "2001-01-20", "2001-01"
// or "2001". To is the last day, usually that on which the successor took over; "" means that the term goes on.
type Office struct {
	Title  string // "president", "acting prime minister", "secretary of state"
	Code   string // code of the state or body
	Sector string // GOV, LEG, REB, ...
	From   string
	To     string
}

// Place is a point on the map. Regions and waters have the coordinates of a point well inside them.
type Place struct {
	ID         int64  // GeoNames id, 0 if none
	Name       string // "Aleppo"
	Country    string // alpha-3 code, "" for international waters
	Admin1     string // name of the first-level region, "" if unknown
	Lat, Lon   float64
	Population int
	Precision  string // city, admin1, country, water, venue or region
	Capital    bool   // of a state or territory
}

// Country is a state or a dependent territory with a code of ISO 3166-1, or Kosovo (XK, XKX).
type Country struct {
	Alpha2   string
	Alpha3   string
	Name     string
	Demonyms []string // "Syrian", "Syrians"; the first is the adjective
	Capital  string   // "" if it has none
	Lat, Lon float64
}
