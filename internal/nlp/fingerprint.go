package nlp

import (
	"embed"
	"io"
	"io/fs"
)

//go:embed *.go net/*.go net/*.s
var sources embed.FS

// Fingerprint writes everything that decides how a text is analysed with the
// embedded model: the model, and the code.
func Fingerprint(to io.Writer) error {
	if _, err := to.Write(embedded); err != nil {
		return err
	}
	return fs.WalkDir(sources, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(sources, path)
		if err == nil {
			_, err = to.Write(content)
		}
		return err
	})
}
