package event

import "strings"

// Type is the fine type of an event, one of the thirty of the ontology.
type Type string

// The thirty types.
const (
	Meeting            Type = "meeting"
	Visit              Type = "visit"
	Call               Type = "call"
	Talks              Type = "talks"
	Summit             Type = "summit"
	Mediation          Type = "mediation"
	Agreement          Type = "agreement"
	Pledge             Type = "pledge"
	Statement          Type = "statement"
	Ceasefire          Type = "ceasefire"
	CeasefireViolation Type = "ceasefire_violation"
	Withdrawal         Type = "withdrawal"
	Release            Type = "release"
	Concession         Type = "concession"
	Support            Type = "support"
	Recognition        Type = "recognition"
	Cooperation        Type = "cooperation"
	Aid                Type = "aid"
	Request            Type = "request"
	Criticism          Type = "criticism"
	DiplomaticProtest  Type = "diplomatic_protest"
	Investigation      Type = "investigation"
	Rejection          Type = "rejection"
	Threat             Type = "threat"
	Demonstration      Type = "demonstration"
	Sanction           Type = "sanction"
	Expulsion          Type = "expulsion"
	Mobilization       Type = "mobilization"
	Coercion           Type = "coercion"
	Attack             Type = "attack"
)

// TypeInfo is one row of the ontology: what a type means and how it maps to
// the coarser schemes of the field.
type TypeInfo struct {
	Type Type   `json:"type" doc:"The type's name"`
	When string `json:"when" doc:"When the type applies"`
	// PLOVER root type and mode (PLOVER 2.0 draft of 2024); both empty where
	// PLOVER has no such type, the mode empty where it has none.
	PLOVER string `json:"plover" doc:"PLOVER 2.0 root type, empty where PLOVER has none"`
	Mode   string `json:"mode" doc:"PLOVER 2.0 mode, empty where there is none"`
	// CAMEO code (1.1b3) that is nearest to the type.
	CAMEO  string `json:"cameo" doc:"CAMEO code"`
	Family string `json:"family" doc:"Family of types"`
	// Quad is the quad class: 1 verbal cooperation, 2 material cooperation,
	// 3 verbal conflict, 4 material conflict.
	Quad int `json:"quad_class" doc:"1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict"`
	// Score is PLOVER's conflict-cooperation score, -10 to 10, of the mode
	// where it has one, else of the type.
	Score float64 `json:"score" doc:"Conflict-cooperation score of PLOVER, -10 to 10"`
	// Symmetric types have equal sides (role party) instead of actor and target.
	Symmetric bool `json:"symmetric" doc:"True if the participants are equal sides (role party)"`
}

// ontology is the one table behind every mapping. The printed PLOVER manual
// gives ACCUSE as +3 and SANCTION twice, as verbal and as material conflict;
// the sign and the class here are the corrected ones.
var ontology = []TypeInfo{
	{Meeting, "officials of two or more parties meet face to face", "CONSULT", "", "040", "consult", 1, 2.5, true},
	{Visit, "an official travels to, arrives in, tours or is received by another country", "CONSULT", "visit", "042", "consult", 1, 4, false},
	{Call, "phone or video call, exchange of letters or messages", "CONSULT", "phone", "041", "consult", 1, 1.5, true},
	{Talks, "negotiation, consultations, a round of talks", "CONSULT", "", "046", "consult", 1, 2.5, true},
	{Summit, "a multilateral summit, conference or session of an international body", "CONSULT", "multilateral", "046", "consult", 1, 4, true},
	{Mediation, "a third party mediates, brokers or offers good offices", "CONSULT", "third-party", "045", "consult", 1, 1, false},
	{Agreement, "parties reach, sign or ratify an agreement, treaty, deal or memorandum", "SUPPORT", "", "057", "agree", 1, 5, true},
	{Pledge, "promise, offer, invitation, stated willingness or plan to cooperate, help or concede", "AGREE", "", "030", "agree", 1, 2.5, false},
	{Statement, "a joint statement, communique or declaration, or a resolution that a body adopts", "", "", "010", "agree", 1, 0, true},
	{Ceasefire, "a truce is agreed, declared, extended, takes effect or is monitored", "RETREAT", "ceasefire", "0871", "peace", 2, 7.5, true},
	{CeasefireViolation, "a truce is broken", "ASSAULT", "", "196", "conflict", 4, -9, false},
	{Withdrawal, "forces withdraw, disarm or demobilise", "RETREAT", "withdraw", "0874", "peace", 2, 8, false},
	{Release, "prisoners, hostages or property are released, exchanged or returned", "RETREAT", "release", "0841", "peace", 2, 6.5, false},
	{Concession, "a restriction or sanction is eased, a demand accepted, an apology given, access granted", "CONCEDE", "", "080", "peace", 1, 4.5, false},
	{Support, "praise, endorsement, solidarity, congratulation or condolence towards an actor, policy or process", "SUPPORT", "", "051", "cooperate", 1, 5, false},
	{Recognition, "a state or government is recognised; relations are established, restored or upgraded; an ambassador is accredited", "SUPPORT", "", "054", "cooperate", 1, 5, false},
	{Cooperation, "joint material action: trade, joint exercise or patrol, extradition, intelligence sharing", "COOPERATE", "", "060", "cooperate", 2, 9.5, true},
	{Aid, "money, arms, relief, peacekeepers or asylum are given", "AID", "", "070", "cooperate", 2, 10, false},
	{Request, "an actor urges, appeals for, calls for or demands", "REQUEST", "", "100", "verbal conflict", 3, 0, false},
	{Criticism, "an actor condemns, criticises, accuses, blames or sues", "ACCUSE", "", "110", "verbal conflict", 3, -3, false},
	{DiplomaticProtest, "an ambassador is summoned, a formal protest or note is lodged", "ACCUSE", "disapprove", "113", "verbal conflict", 3, -2, false},
	{Investigation, "an inquiry, indictment, inspection or trial of a political actor", "ACCUSE", "investigate", "090", "verbal conflict", 3, -3.5, false},
	{Rejection, "an actor refuses, rejects, vetoes, denies, cancels or boycotts a meeting", "REJECT", "", "120", "verbal conflict", 3, -2, false},
	{Threat, "an actor warns of harm or sets an ultimatum", "THREATEN", "", "130", "verbal conflict", 3, -3.5, false},
	{Demonstration, "people protest, rally, strike or riot", "PROTEST", "", "140", "conflict", 4, -5, false},
	{Sanction, "sanctions, embargo, tariffs, asset freeze, aid cut", "SANCTION", "discontinue", "163", "conflict", 4, -6, false},
	{Expulsion, "diplomats are expelled or recalled, an embassy is closed, relations or a membership are cut, downgraded or suspended", "SANCTION", "expel", "161", "conflict", 4, -5.5, false},
	{Mobilization, "forces are readied or massed, own exercises, weapons tests", "MOBILIZE", "", "150", "conflict", 4, -5.5, false},
	{Coercion, "arrest, seizure, blockade, ban, cyberattack, deportation", "COERCE", "", "170", "conflict", 4, -7, false},
	{Attack, "armed attack, clash, bombing, air strike, assassination, abduction", "ASSAULT", "", "190", "conflict", 4, -9, false},
}

// Scores of the PLOVER types that a status can turn another type into.
const (
	agreeScore    = 2.5
	threatenScore = -3.5
	rejectScore   = -2
)

// Ontology gives all types, in the order of the codebook.
func Ontology() []TypeInfo { return append([]TypeInfo(nil), ontology...) }

// Info gives the ontology's row of a type; ok is false for an unknown type.
func (t Type) Info() (info TypeInfo, ok bool) {
	for i := range ontology {
		if ontology[i].Type == t {
			return ontology[i], true
		}
	}
	return TypeInfo{}, false
}

// Coding is an event in the coarser schemes of the field.
type Coding struct {
	PLOVER PLOVER
	CAMEO  string
	Quad   int
	Score  float64
}

// PLOVER is a PLOVER 2.0 root type with its mode; null where there is none.
type PLOVER struct {
	Type *string `json:"type" doc:"PLOVER 2.0 root type; depends on the status; null where PLOVER has none"`
	Mode *string `json:"mode" doc:"PLOVER 2.0 mode; null where there is none"`
}

// Code maps a type and a status to PLOVER, CAMEO, quad class and score. The
// status counts as PLOVER has it: what is planned of cooperation is AGREE,
// what is planned of material conflict is THREATEN, and cooperation that was
// cancelled is REJECT. An unknown type gives the zero Coding.
func Code(t Type, s Status) Coding {
	info, ok := t.Info()
	if !ok {
		return Coding{}
	}
	c := Coding{CAMEO: info.CAMEO, Quad: info.Quad, Score: info.Score}
	root, mode := info.PLOVER, info.Mode
	switch {
	case root == "":
	case s == Planned && info.Quad <= 2:
		root, mode, c.Quad, c.Score = "AGREE", "", 1, agreeScore
	case s == Planned && info.Quad == 4:
		root, mode, c.Quad, c.Score = "THREATEN", "", 3, threatenScore
	case s == Cancelled && info.Quad <= 2:
		root, mode, c.Quad, c.Score = "REJECT", "", 3, rejectScore
	}
	c.PLOVER = PLOVER{nullable(root), nullable(mode)}
	return c
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Status says how far an event has come.
type Status string

// The statuses.
const (
	Occurred  Status = "occurred"
	Ongoing   Status = "ongoing"
	Planned   Status = "planned"
	Cancelled Status = "cancelled"
)

// Role is what a participant does in an event.
type Role string

// The roles. Party is an equal side of a symmetric event; Actor and Target are
// the two ends of a directed one; Mediator is a third party; Host receives.
const (
	Party    Role = "party"
	Actor    Role = "actor"
	Target   Role = "target"
	Mediator Role = "mediator"
	Host     Role = "host"
)

// Sector is the part of society that a participant belongs to.
type Sector string

// The sectors; the first six are of the state.
const (
	Government    Sector = "GOV"
	Military      Sector = "MIL"
	Legislature   Sector = "LEG"
	Judiciary     Sector = "JUD"
	Police        Sector = "COP"
	Intelligence  Sector = "SPY"
	Opposition    Sector = "OPP"
	Rebels        Sector = "REB"
	Media         Sector = "MED"
	Business      Sector = "BUS"
	Civilians     Sector = "CVL"
	Religion      Sector = "REL"
	Organisation  Sector = "IGO"
	NGO           Sector = "NGO"
	UnknownSector Sector = "UNK"
)

// Precision of a date: how much of it the text gives.
type Precision string

// The precisions of a date.
const (
	DayPrecision   Precision = "day"
	WeekPrecision  Precision = "week"
	MonthPrecision Precision = "month"
	YearPrecision  Precision = "year"
)

// Vocabulary lists the values of the closed sets above, for validation, for
// documents that describe the API and for messages that name what was expected.
type Vocabulary struct {
	Types      []string
	Statuses   []string
	Roles      []string
	Sectors    []string
	Precisions []string
	Families   []string
}

// Words gives the closed vocabularies.
func Words() Vocabulary {
	v := Vocabulary{
		Statuses:   []string{string(Occurred), string(Ongoing), string(Planned), string(Cancelled)},
		Roles:      []string{string(Party), string(Actor), string(Target), string(Mediator), string(Host)},
		Precisions: []string{string(DayPrecision), string(WeekPrecision), string(MonthPrecision), string(YearPrecision)},
		Sectors:    strings.Fields("GOV MIL LEG JUD COP SPY OPP REB MED BUS CVL REL IGO NGO UNK"),
	}
	seen := map[string]bool{}
	for _, t := range ontology {
		v.Types = append(v.Types, string(t.Type))
		if !seen[t.Family] {
			seen[t.Family] = true
			v.Families = append(v.Families, t.Family)
		}
	}
	return v
}
