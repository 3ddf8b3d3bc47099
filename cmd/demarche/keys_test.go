package main

import (
	"errors"
	"strings"
	"testing"

	"demarche/api/client"
	"demarche/db/dbtest"
)

// TestKeys makes, uses and revokes a key with the program, and looks for its
// secret in the log.
func TestKeys(t *testing.T) {
	t.Parallel()
	url := dbtest.New(t)
	secret, told, err := run(t, "", "keys", "create", "--database-url", url, "--expires", "720h", "the desk")
	if err != nil || !strings.HasPrefix(secret, "demarche_") || strings.Contains(told, secret[9:20]) {
		t.Fatalf("%v %q %q", err, secret, told)
	}
	secret = strings.TrimSpace(secret)
	p := serve(t, "--database-url", url, "--log-level", "debug")
	post := func(c *client.Client) int {
		_, err := c.PostArticle(t.Context(), draft(1))
		var problem *client.Problem
		if errors.As(err, &problem) {
			return problem.Status
		}
		if err != nil {
			t.Fatal(err)
		}
		return 201
	}
	if without, with := post(p.Client), post(p.WithKey(secret)); without != 401 || with != 201 {
		t.Errorf("without a key %d, with one %d", without, with)
	}
	list, _, err := run(t, "", "keys", "list", "--database-url", url)
	rows := strings.Split(strings.TrimSpace(list), "\n")
	if err != nil || len(rows) != 2 || !strings.Contains(rows[1], "the desk") || strings.Contains(list, secret) {
		t.Fatalf("%v %s", err, list)
	}
	id, _, _ := strings.Cut(rows[1], " ")
	if _, said, err := run(t, "", "keys", "revoke", "--database-url", url, id); err != nil {
		t.Fatalf("%v %s", err, said)
	}
	if status := post(p.WithKey(secret)); status != 401 {
		t.Errorf("a revoked key is answered with %d", status)
	}
	if list, _, _ := run(t, "", "keys", "list", "--database-url", url); !strings.Contains(list, "revoked on") {
		t.Error(list)
	}
	if log := p.stderr.String(); strings.Contains(log, secret[9:]) || !strings.Contains(log, "audit") {
		t.Errorf("the log has the secret, or no audit: %s", log)
	}
	for _, bad := range [][]string{{"create", ""}, {"create", "x", "--scope", "root"}, {"create", "x", "--expires", "-1h"}, {"revoke", "x"}, {"revoke", "01942f6e-8e5b-7c1d-a1b2-3c4d5e6f7081"}} {
		if out, said, err := run(t, "", append([]string{"keys", bad[0], "--database-url", url}, bad[1:]...)...); err == nil {
			t.Errorf("%v: %s %s", bad, out, said)
		}
	}
}
