package gazetteer

import (
	"embed"
	"io"
	"io/fs"
)

//go:embed *.go
var sources embed.FS

// Fingerprint writes everything that decides what the gazetteer answers: its
// data, the dictionaries that were added, and its code.
func (g *Gazetteer) Fingerprint(to io.Writer) error {
	for _, from := range []fs.FS{files, sources} {
		if err := writeFiles(to, from); err != nil {
			return err
		}
	}
	_, err := to.Write(g.added)
	return err
}

func writeFiles(to io.Writer, from fs.FS) error {
	return fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(from, path)
		if err == nil {
			_, err = to.Write(content)
		}
		return err
	})
}
