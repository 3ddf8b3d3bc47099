package gazetteer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// readActors reads the .actors format of the Open Event Data Alliance: a phrase, synonyms after "+", and codes in
// brackets, with dates if they hold for a time only:
//
//	WALID_MUALLEM_  ; comment
//	+WALID_AL-MOALLEM_
//	    [SYRGOV 060221-201116]
//
// "_" joins words; "#" and ";" start comments. Phrases that follow one another without a code share the next one.
func (b *builder) readActors(text []byte, bad func(int, error) bool) {
	var a oedaActor
	finish := func() bool {
		err := b.addOEDA(a)
		first := a.line
		a = oedaActor{}
		return err == nil || bad(first, err)
	}
	goesOn := true
	eachLine(text, func(n int, line string) bool {
		line = uncomment(line)
		phrase, codes, coded := strings.Cut(line, "[")
		phrase, synonym := strings.CutPrefix(strings.TrimSpace(phrase), "+")
		if phrase != "" {
			if !synonym && (len(a.roles) > 0 || a.broken) {
				if goesOn = finish(); !goesOn {
					return false
				}
			}
			if a.line == 0 {
				a.line = n
			}
			if synonym && len(a.phrases) == 0 {
				goesOn = bad(n, fmt.Errorf("synonym %q, expected a phrase before it", phrase))
				return goesOn
			}
			a.phrases = append(a.phrases, phrase)
		}
		if coded {
			roles, err := b.oedaRoles(codes)
			if err == nil && len(a.phrases) == 0 {
				err = errors.New("a code, expected a phrase before it")
			}
			if err != nil {
				a.broken = true
				goesOn = bad(n, err)
				return goesOn
			}
			a.roles = append(a.roles, roles...)
		}
		return true
	})
	if goesOn && len(a.phrases) > 0 {
		finish()
	}
}

// An oedaActor is one block of an .actors file.
type oedaActor struct {
	line    int // of its first phrase
	phrases []string
	roles   []oedaRole
	broken  bool // a line of it was bad: what is left is entered, nothing is no further error
}

// An oedaRole is a code with the time it holds for.
type oedaRole struct {
	code, sector string
	plain        bool // a country and nothing more
	from, to     string
}

// uncomment cuts comments and the space round a line.
func uncomment(line string) string {
	if i := strings.IndexAny(line, "#;"); i >= 0 {
		line = line[:i]
	}
	return strings.TrimSpace(line)
}

// oedaRoles reads what follows the first bracket of a line: "SYRGOV 060221-201116] [SYRELI]".
func (b *builder) oedaRoles(codes string) ([]oedaRole, error) {
	var roles []oedaRole
	for {
		body, rest, closed := strings.Cut(codes, "]")
		if !closed {
			return nil, fmt.Errorf("[%s, expected a closing bracket", codes)
		}
		code, dates, _ := strings.Cut(strings.TrimSpace(body), " ")
		role, err := b.oedaCode(code)
		if err != nil {
			return nil, err
		}
		if role.from, role.to, err = oedaDates(strings.ReplaceAll(dates, " ", "")); err != nil {
			return nil, err
		}
		roles = append(roles, role)
		_, next, more := strings.Cut(rest, "[")
		if !more {
			return roles, nil
		}
		codes = next
	}
}

// oedaCode translates groups of three letters: a country or a kind of actor, then roles.
func (b *builder) oedaCode(code string) (oedaRole, error) {
	code = strings.TrimSpace(code)
	if code == "---" || code == "ELI" { // nobody, or a former official of nobody knows whom
		return oedaRole{code: "UNK", sector: "UNK"}, nil
	}
	if code == "" || len(code)%3 != 0 {
		return oedaRole{}, fmt.Errorf("code %q, expected groups of three letters", code)
	}
	var role oedaRole
	first := code[:3]
	if now, past := oedaCountries[first]; past {
		first = now
	}
	switch {
	case b.isCountry(first):
		role.code, role.sector, role.plain = first, "GOV", len(code) == 3
	case first == "IGO" || first == "NGO" || first == "MNC" || first == "IMG":
		role.code, role.sector = first, oedaSectors[first]
	case first == "NGM":
		role.code, role.sector = "NGO", "NGO"
	case oedaOrganizations[first] != "":
		role.code, role.sector = oedaOrganizations[first], "IGO"
	case slices.Contains(oedaRegions, first):
		role.code, role.sector = "UNK", "UNK"
	default:
		return oedaRole{}, fmt.Errorf("code %q starts with %s, expected a country, IGO, NGO, MNC, IMG or a region", code, first)
	}
	told := false
	for i := 3; i < len(code); i += 3 {
		group := code[i : i+3]
		if org := oedaOrganizations[group]; org != "" && role.code != "NGO" {
			role.code, role.sector = org, "IGO"
			continue
		}
		if sector := oedaSectors[group]; sector != "" && !told && role.sector != "IGO" {
			role.sector, told = sector, true
		}
	}
	return role, nil
}

// isCountry tells the alpha-3 codes.
func (b *builder) isCountry(code string) bool {
	return slices.ContainsFunc(b.countries, func(c Country) bool { return c.Alpha3 == code })
}

// oedaCountries are older codes and the codes they stand for now.
var oedaCountries = map[string]string{
	"ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "BUR": "MMR", "YUG": "SRB", "SCG": "SRB", "KSV": "XKX",
	"PAL": "PSE", "SUN": "RUS", "CSK": "CZE", "DDR": "DEU", "USR": "RUS", "HKO": "HKG", "SER": "SRB", "ANT": "CUW",
}

// oedaOrganizations are the groups of organisations that the codebook has a code for.
var oedaOrganizations = map[string]string{
	"UNO": "UN", "EEC": "EU", "NAT": "NATO", "OAU": "AU", "AFU": "AU", "ARL": "ARL", "ASN": "ASEAN", "SCE": "OSCE",
	"OSC": "OSCE", "OIC": "OIC", "GCC": "GCC", "WAS": "ECOWAS", "IAE": "IAEA", "ICC": "ICC", "ICJ": "ICJ", "GOE": "G8",
	"SCO": "SCO", "OPC": "OPEC", "WTO": "WTO", "WTR": "WTO", "IMF": "IMF", "WBK": "WB", "WHO": "WHO", "OAS": "OAS",
	"CIS": "CIS", "CPR": "UN", "HCR": "UN", "HCH": "UN", "WFP": "UN", "KID": "UN",
}

// oedaRegions are the groups of regions and of actors without a state.
var oedaRegions = []string{
	"AFR", "ASA", "BLK", "CRB", "CAU", "CFR", "CAS", "CEU", "EIN", "EAF", "EEU", "EUR", "LAM", "MEA", "MDT", "NAF",
	"NMR", "PGS", "SCN", "SAM", "SAS", "SEA", "SAF", "WAF", "WEU", "WST", "INT",
}

// oedaSectors translates the groups of roles. Ministries of some subject are governments, so GOV, which comes before
// the subject, wins; a subject alone is civil society.
var oedaSectors = map[string]string{
	"GOV": "GOV", "MIL": "MIL", "LEG": "LEG", "JUD": "JUD", "COP": "COP", "SPY": "SPY", "OPP": "OPP", "PTY": "OPP",
	"REB": "REB", "INS": "REB", "SEP": "REB", "UAF": "REB", "RAD": "REB", "IMG": "REB", "MED": "MED", "BUS": "BUS",
	"MNC": "BUS", "CVL": "CVL", "ELI": "CVL", "EDU": "CVL", "LAB": "CVL", "AGR": "CVL", "HLH": "CVL", "ENV": "CVL",
	"DEV": "CVL", "HRI": "CVL", "STU": "CVL", "REF": "CVL", "CRM": "CVL", "SET": "CVL", "MOD": "CVL",
	"REL": "REL", "MUS": "REL", "CHR": "REL", "JEW": "REL", "HIN": "REL", "BUD": "REL", "CTH": "REL",
	"IGO": "IGO", "NGO": "NGO", "NGM": "NGO",
}

// oedaDates reads ">060221", "<060221", "060221-201116" or nothing.
func oedaDates(s string) (from, to string, err error) {
	switch {
	case s == "":
		return "", "", nil
	case s[0] == '>':
		from, err = oedaDate(s[1:])
	case s[0] == '<':
		to, err = oedaDate(s[1:])
	default:
		first, last, ok := strings.Cut(s, "-")
		if !ok {
			return "", "", fmt.Errorf("dates %q, expected >060221, <060221 or 060221-201116", s)
		}
		if from, err = oedaDate(first); err == nil {
			to, err = oedaDate(last)
		}
		if err == nil && to < from {
			err = fmt.Errorf("dates %q end before they start", s)
		}
	}
	return from, to, err
}

// oedaDate reads a date of six or eight digits; two-digit years up to 30 are of this century.
func oedaDate(s string) (string, error) {
	full := s
	if len(s) == 6 {
		full = "19" + s
		if s[:2] <= "30" {
			full = "20" + s
		}
	}
	if len(full) == 8 {
		if date := full[:4] + "-" + full[4:6] + "-" + full[6:]; isDate(date) {
			return date, nil
		}
	}
	return "", fmt.Errorf("date %q, expected six or eight digits, 060221 or 20060221", s)
}

// addOEDA enters the actor of a block. A country and nothing more gives its names to the state; an actor with dates is
// a person with offices; any other is a group, an organisation or an institution.
func (b *builder) addOEDA(a oedaActor) error {
	names := make([]string, 0, len(a.phrases))
	for _, p := range a.phrases {
		if name := oedaName(p); Normalize(name) != "" {
			names = append(names, name)
		}
	}
	switch {
	case len(names) == 0:
		return errors.New("a phrase without letters")
	case len(a.roles) == 0 && a.broken:
		return nil
	case len(a.roles) == 0:
		return fmt.Errorf("%q without a code, expected [CODE]", a.phrases[0])
	}
	role := a.roles[0]
	dated := slices.ContainsFunc(a.roles, func(r oedaRole) bool { return r.from != "" || r.to != "" })
	var e *Entry
	switch {
	case dated:
		e = b.person(names[0], nil)
		for _, r := range a.roles {
			from := r.from
			if from == "" {
				from = "0001"
			}
			b.appoint(e, Office{Title: "official", Code: r.code, Sector: r.sector, From: from, To: r.to})
		}
	case role.plain && b.byID["state:"+role.code] != nil:
		e = b.byID["state:"+role.code]
	default:
		kind := KindInstitution
		switch role.sector {
		case "REB", "OPP":
			kind = KindGroup
		case "IGO", "NGO":
			kind = KindOrganization
		}
		if role.code == "MNC" {
			kind = KindOrganization
		}
		k := actorKinds[kind]
		e = b.entry(Entry{
			ID: k.prefix + slug(names[0]), Kind: kind, Name: names[0], Code: role.code, Sector: role.sector,
			prominence: k.prominence,
		})
	}
	for _, n := range names {
		b.nameOEDA(e, n)
	}
	return nil
}

// nameOEDA enters a name that tells nothing of its case: it has to be capitalised, and in capitals if it is a common
// word as well.
func (b *builder) nameOEDA(e *Entry, name string) {
	key := Normalize(name)
	r := ruleName
	if _, common := b.common[key]; common || b.shouted[key] {
		r = ruleShout
	}
	b.names.add(key, r, e)
}

// oedaName turns a phrase into a name: "WALID_AL-MOALLEM_" is "Walid Al-Moallem".
func oedaName(phrase string) string {
	name := []byte(strings.ToLower(strings.Join(strings.FieldsFunc(phrase, func(r rune) bool { return r == '_' || r == ' ' }), " ")))
	for i, c := range name {
		if (i == 0 || name[i-1] == ' ' || name[i-1] == '-') && 'a' <= c && c <= 'z' {
			name[i] = c - 'a' + 'A'
		}
	}
	return string(name)
}

// readAgents reads the .agents format of the Open Event Data Alliance: common nouns with a role, and macros:
//
//	!PERSON! = MAN, WOMAN
//	CATTLE!PERSON! [~AGR]
//	ACTIVIST {ACTIVISTS} [~OPP]
//
// A plural that is not given is formed regularly.
func (b *builder) readAgents(text []byte, bad func(int, error) bool) {
	macros := make(map[string][]string)
	eachLine(text, func(n int, line string) bool {
		line = uncomment(line)
		if line == "" {
			return true
		}
		var err error
		if name, body, ok := strings.Cut(line, "="); ok && strings.HasPrefix(line, "!") {
			err = defineMacro(macros, strings.TrimSpace(name), body)
		} else {
			err = b.addAgent(macros, line)
		}
		return err == nil || bad(n, err)
	})
}

// defineMacro reads the rest of "!NAME! = ONE, TWO".
func defineMacro(macros map[string][]string, name, body string) error {
	if len(name) < 3 || !strings.HasSuffix(name, "!") || strings.Count(name, "!") != 2 {
		return fmt.Errorf("macro %q, expected !NAME! = ONE, TWO", name)
	}
	for _, w := range strings.Split(body, ",") {
		if w = strings.TrimSpace(w); w != "" && !strings.Contains(w, "!") {
			macros[name] = append(macros[name], w)
		}
	}
	if macros[name] == nil {
		return fmt.Errorf("macro %s without a word, expected !NAME! = ONE, TWO", name)
	}
	return nil
}

// addAgent reads "PHRASE {PLURAL} [~ROLE]".
func (b *builder) addAgent(macros map[string][]string, line string) error {
	phrase, code, ok := strings.Cut(line, "[")
	code, _, closed := strings.Cut(code, "]")
	code, tilde := strings.CutPrefix(strings.TrimSpace(code), "~")
	if !ok || !closed || !tilde || len(code) < 3 || len(code)%3 != 0 {
		return fmt.Errorf("%q, expected PHRASE {PLURAL} [~ROLE]", line)
	}
	sector := ""
	for i := 0; i < len(code) && sector == ""; i += 3 {
		sector = oedaSectors[code[i:i+3]]
	}
	if sector == "" {
		sector = "UNK"
	}
	phrase, plural, braced := strings.Cut(phrase, "{")
	plural, _, closed = strings.Cut(plural, "}")
	if braced && !closed {
		return fmt.Errorf("%q, expected a closing brace", line)
	}
	singulars, err := expand(macros, phrase)
	if err != nil {
		return err
	}
	for _, s := range singulars {
		name := strings.ToLower(oedaName(s))
		if Normalize(name) == "" {
			return fmt.Errorf("%q, expected PHRASE {PLURAL} [~ROLE]", line)
		}
		e := b.entry(Entry{ID: "role:" + slug(name), Kind: KindRole, Name: name, Sector: sector})
		b.names.add(Normalize(name), ruleAny, e)
		if !braced {
			b.names.add(Normalize(pluralOf(name)), ruleAny, e)
		} else if p := Normalize(oedaName(plural)); p != "" {
			b.names.add(p, ruleAny, e)
		}
	}
	return nil
}

// expand replaces the macros of a phrase by each of their words.
func expand(macros map[string][]string, phrase string) ([]string, error) {
	const most = 1000
	phrases := []string{phrase}
	for strings.Contains(phrases[0], "!") {
		before, rest, _ := strings.Cut(phrases[0], "!")
		name, _, ok := strings.Cut(rest, "!")
		name = "!" + name + "!"
		words := macros[name]
		switch {
		case !ok || words == nil:
			return nil, fmt.Errorf("%q after %q, expected a macro that is defined above", name, before)
		case len(phrases)*len(words) > most:
			return nil, fmt.Errorf("%q, expected macros for at most %d phrases", phrase, most)
		}
		var next []string
		for _, p := range phrases {
			for _, w := range words {
				next = append(next, strings.Replace(p, name, w, 1))
			}
		}
		phrases = next
	}
	return phrases, nil
}

// pluralOf forms the regular plural of a noun.
func pluralOf(noun string) string {
	switch {
	case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "x"), strings.HasSuffix(noun, "ch"), strings.HasSuffix(noun, "sh"):
		return noun + "es"
	case strings.HasSuffix(noun, "y") && len(noun) > 1 && !isVowel(noun[len(noun)-2]):
		return noun[:len(noun)-1] + "ies"
	default:
		return noun + "s"
	}
}
