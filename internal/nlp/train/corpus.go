package train

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// ReadCorpus reads the field "text" of every line of a file of JSON lines, packed with gzip if its name ends in .gz.
func ReadCorpus(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	var texts []string
	decoder := json.NewDecoder(bufio.NewReaderSize(r, 1<<20))
	for {
		var article struct {
			Text string `json:"text"`
		}
		switch err := decoder.Decode(&article); {
		case err == io.EOF:
			return texts, nil
		case err != nil:
			return nil, fmt.Errorf("%s: article %d: %w", path, len(texts)+1, err)
		}
		texts = append(texts, article.Text)
	}
}
