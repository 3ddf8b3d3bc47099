package localpg

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMajorVersion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n": 15,
		"postgres (PostgreSQL) 18beta1":                          18,
		"postgres (PostgreSQL) 14":                               14,
		"postgres (PostgreSQL) ":                                 0,
		"something else":                                         0,
		"":                                                       0,
	} {
		if got := majorVersion(text); got != want {
			t.Errorf("%q: %d, expected %d", text, got, want)
		}
	}
}

func TestInstalled(t *testing.T) {
	t.Parallel()
	installation := func(version string) string {
		dir := t.TempDir()
		for name, script := range map[string]string{"initdb": "", "postgres": "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	v13, v14, v17, none := installation("13.9"), installation("14.2"), installation("17.1"), t.TempDir()
	found := installed([]string{v13, v14, none, v17, "/nowhere"})
	if len(found) != 2 || found[0].version != 17 || found[0].initdb != filepath.Join(v17, "initdb") || found[1].version != 14 {
		t.Errorf("got %+v", found)
	}
}

func TestInstallHint(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ goos, osRelease, want string }{
		{"linux", "ID=debian\n", "apt-get install postgresql"},
		{"linux", "ID=ubuntu\nID_LIKE=debian\n", "apt-get install postgresql"},
		{"linux", "ID=fedora\n", "dnf install postgresql-server"},
		{"linux", `ID_LIKE="rhel centos fedora"`, "dnf install postgresql-server"},
		{"darwin", "", "brew install postgresql"},
		{"linux", "", "database URL"},
	} {
		got := installHint(test.goos, test.osRelease)
		if !strings.Contains(got, test.want) || strings.Contains(got, "\n") {
			t.Errorf("%s, %q: %q", test.goos, test.osRelease, got)
		}
	}
}
