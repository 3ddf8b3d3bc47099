// Command demarche-train makes and scores the language model of package internal/nlp. See docs/model-card.md.
package main

import (
	"github.com/alecthomas/kong"
)

// cli lists the commands.
type cli struct {
	Train trainCommand `cmd:"" help:"Train a model from a folder of treebanks and write it to a file."`
	Eval  evalCommand  `cmd:"" help:"Score the embedded model, or another one, on a folder of treebanks."`
}

func main() {
	ctx := kong.Parse(&cli{}, kong.Name("demarche-train"),
		kong.Description("Trains and scores the tagger and parser of Demarche. The folder holds files of Universal Dependencies in the CoNLL-U format."))
	ctx.FatalIfErrorf(ctx.Run())
}
