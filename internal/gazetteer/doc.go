// Package gazetteer knows who and where: states, organisations, armed groups and parties, institutions, people
// with dated offices, and places.
//
// A [Gazetteer] is built once by [New] from data embedded in the program, and from dictionaries that the caller
// adds; it never changes afterwards and may be used by many goroutines. [Gazetteer.Find] marks every known name in
// a sentence of tokens; [Gazetteer.Lookup] answers for one name. Both give all readings of a name, the most
// prominent first, and leave the choice to a caller who sees the context.
//
// The data are plain text under data/, one file a subject, each headed by its source and licence; build/ holds the
// script that makes the two compressed files.
package gazetteer
