package extract

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"

	"demarche/internal/gazetteer"
	"demarche/internal/nlp"
)

//go:embed *.go
var sources embed.FS

// Version names how this extractor reads: the same version reads the same text in
// the same way. It is a hash of all that decides it, of the rules and the rest of
// the code, the language model, the gazetteer and the dictionaries that were added
// to it, so that nobody can forget to count it up. A change of a comment makes
// another version, too.
func (x *Extractor) Version() string { return x.version }

func versionOf(g *gazetteer.Gazetteer) (string, error) {
	sum := sha256.New()
	files, err := fs.Glob(sources, "*.go")
	for _, name := range files {
		var content []byte
		if content, err = sources.ReadFile(name); err != nil {
			break
		}
		sum.Write(content)
	}
	if err == nil {
		err = nlp.Fingerprint(sum)
	}
	if err == nil {
		err = g.Fingerprint(sum)
	}
	if err != nil {
		return "", fmt.Errorf("the coder's version: %w", err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:6]), nil
}
