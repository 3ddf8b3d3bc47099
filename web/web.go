// Package web holds the explorer: the pages that people look at. Its TypeScript
// (src) is bundled by Vite into static/app, which is not in the repository:
// a program that was built without it serves unbuilt.html in its place.
package web

import (
	"embed"
	"io/fs"
)

//go:embed static
var embedded embed.FS

// Static gives the files that are served below /static/: style sheets, icons
// and, below app, the bundle.
func Static() fs.FS {
	files, err := fs.Sub(embedded, "static")
	if err != nil {
		panic(err) // the name is fixed, and valid
	}
	return files
}

// Page gives the page of the explorer, which shows every address that is not a
// document; built is false if it is the one that says how to build it.
func Page() (page []byte, built bool, err error) {
	if page, err = fs.ReadFile(embedded, "static/app/index.html"); err == nil {
		return page, true, nil
	}
	page, err = fs.ReadFile(embedded, "static/unbuilt.html")
	return page, false, err
}
