package gazetteer

// loadActors reads organisations, institutions and groups: tables of code, sector, name and further names.
func (b *builder) loadActors() error {
	for _, table := range []struct {
		file string
		kind Kind
	}{
		{"organisations.tsv", KindOrganization},
		{"ngos.tsv", KindOrganization},
		{"companies.tsv", KindOrganization},
		{"institutions.tsv", KindInstitution},
		{"groups.tsv", KindGroup},
	} {
		k := actorKinds[table.kind]
		owners := make(map[string]bool) // codes that an organisation bears alone
		err := readTable(table.file, 4, func(row []string) error {
			code, sector, name := row[0], row[1], row[2]
			id := k.prefix + slug(name)
			if table.kind == KindOrganization && !collective[code] && !owners[code] {
				owners[code] = true
				id = k.prefix + code
			}
			e := b.entry(Entry{
				ID: id, Kind: table.kind, Name: name, Code: code, Sector: sector, prominence: k.prominence,
			})
			b.name(e, name)
			b.nameAll(e, list(row[3]))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// actorKinds are the kinds of actors that are no persons: what their IDs start with, and their prominence.
var actorKinds = map[Kind]struct {
	prefix     string
	prominence int64
}{
	KindOrganization: {"org:", prominentOrg},
	KindInstitution:  {"inst:", prominentInstitution},
	KindGroup:        {"group:", prominentGroup},
}

// collective are the codes that many organisations share; any other belongs to the first that has it.
var collective = map[string]bool{"IGO": true, "NGO": true, "MNC": true, "IMG": true}
