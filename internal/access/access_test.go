package access

import (
	"strings"
	"testing"
	"time"
)

func TestScopes(t *testing.T) {
	t.Parallel()
	for i, have := range Scopes() {
		for j, need := range Scopes() {
			if got := have.Allows(need); got != (i >= j) {
				t.Errorf("%s allows %s: %v", have, need, got)
			}
		}
		if have.Allows("root") || Scope("root").Allows(have) || Scope("").Allows(have) {
			t.Errorf("a scope that does not exist goes with %s", have)
		}
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	a, hash := NewSecret()
	b, _ := NewSecret()
	if a == b {
		t.Fatal("two secrets are the same")
	}
	if got, err := HashOf(a); err != nil || got != hash {
		t.Errorf("the hash of %q: %v", a, err)
	}
	for _, bad := range []string{"", prefix, a[1:], a + "A", a[:len(a)-1], strings.ToUpper(a), "Bearer " + a, a + "\n"} {
		if _, err := HashOf(bad); err == nil {
			t.Errorf("%q passes for a secret", bad)
		} else if bad != "" && bad != prefix && strings.Contains(err.Error(), bad) {
			t.Errorf("the error repeats %q", bad)
		}
	}
}

func TestProblem(t *testing.T) {
	t.Parallel()
	now := time.Date(2017, 1, 27, 12, 0, 0, 0, time.UTC)
	before, after := now.Add(-time.Second), now.Add(time.Second)
	for _, tt := range []struct {
		key  Key
		want string
	}{
		{Key{}, ""},
		{Key{ExpiresAt: &after}, ""},
		{Key{ExpiresAt: &now}, "the key expired on 2017-01-27"},
		{Key{ExpiresAt: &before}, "the key expired on 2017-01-27"},
		{Key{RevokedAt: &before, ExpiresAt: &after}, "the key was revoked on 2017-01-27"},
	} {
		if got := tt.key.Problem(now); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.key, got, tt.want)
		}
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, good := range map[string]bool{"desk": true, "Büro 7": true, "": false, " desk": false, "a\nb": false, strings.Repeat("x", 101): false} {
		if err := CheckName(name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}
