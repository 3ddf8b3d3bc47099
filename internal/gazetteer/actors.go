package gazetteer

// loadActors reads organisations, institutions and groups: tables of code, sector, name and further names.
func (b *builder) loadActors() error {
	for _, table := range []struct {
		file, prefix string
		kind         Kind
		prominence   int64
	}{
		{"organisations.tsv", "org:", KindOrganization, prominentOrg},
		{"ngos.tsv", "org:", KindOrganization, prominentOrg},
		{"companies.tsv", "org:", KindOrganization, prominentOrg},
		{"institutions.tsv", "inst:", KindInstitution, prominentInstitution},
		{"groups.tsv", "group:", KindGroup, prominentGroup},
	} {
		owners := make(map[string]bool) // codes that an organisation bears alone
		err := readTable(table.file, 4, func(row []string) error {
			code, sector, name := row[0], row[1], row[2]
			id := table.prefix + slug(name)
			if table.kind == KindOrganization && !collective[code] && !owners[code] {
				owners[code] = true
				id = table.prefix + code
			}
			e := b.entry(Entry{
				ID: id, Kind: table.kind, Name: name, Code: code, Sector: sector, prominence: table.prominence,
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

// collective are the codes that many organisations share; any other belongs to the first that has it.
var collective = map[string]bool{"IGO": true, "NGO": true, "MNC": true, "IMG": true}
