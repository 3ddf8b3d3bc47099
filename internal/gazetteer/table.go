package gazetteer

import (
	"bufio"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

//go:embed data
var files embed.FS

// readTable hands every row of an embedded table to a function: columns parted by tabs, lines starting with "#" and
// empty ones left out. A name ending in .gz is decompressed.
func readTable(name string, columns int, take func(row []string) error) error {
	row := make([]string, columns)
	return readLines("data/"+name, func(line string) error {
		n := 0
		for rest, more := line, true; more; n++ {
			var cell string
			cell, rest, more = strings.Cut(rest, "\t")
			if n < columns {
				row[n] = cell
			}
		}
		if n != columns {
			return fmt.Errorf("%d columns, expected %d", n, columns)
		}
		return take(row)
	})
}

// readLines hands every line of an embedded file that is neither empty nor a comment to a function.
func readLines(path string, take func(line string) error) error {
	f, err := files.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		r = z
	}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		if err := take(line); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	return lines.Err()
}

// readDir hands the path of every file of an embedded directory to a function.
func readDir(dir string, take func(path string) error) error {
	list, err := fs.ReadDir(files, dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range list {
		errs = append(errs, take(dir+"/"+f.Name()))
	}
	return errors.Join(errs...)
}

// list splits a cell of names parted by "|"; an empty cell has none.
func list(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, "|")
}
