// Package docs holds the documentation, which the server shows at /docs.
package docs

import "embed"

// Files are the documents, in Markdown, and their pictures.
//
//go:embed *.md types/*.md *.svg
var Files embed.FS
