// Command tour shows a running server: it asks three questions, prints each as
// a curl line, and the answer in short.
package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"

	"demarche/api/client"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: tour URL")
		os.Exit(2)
	}
	if err := tour(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "tour:", err)
		os.Exit(1)
	}
}

func tour(base string) error {
	c := client.New(base, nil)
	fmt.Printf("Demarche is at %s (documentation: %s/docs). Look at it in a browser, or try:\n", base, base)
	for _, question := range []string{
		"actor=USA&type=call&limit=3",
		"place=Beijing",
		"q=ceasefire&from=2020&to=2021&limit=3",
	} {
		q, err := url.ParseQuery(question)
		if err != nil {
			return err
		}
		page, err := c.Page(context.Background(), q)
		if err != nil {
			return err
		}
		fmt.Printf("\n  curl '%s/v1/events?%s'\n", base, question)
		for _, e := range page.Events {
			fmt.Printf("    %s  %-10s  %s\n", day(&e), e.Type, e.Summary)
		}
		if len(page.Events) == 0 {
			fmt.Println("    (no event)")
		}
	}
	fmt.Println("\nStop with Ctrl-C; the data stays.")
	return nil
}

func day(e *client.Event) string {
	if e.Date == nil {
		return strings.Repeat(" ", len("2006-01-02"))
	}
	return e.Date.Start.String()
}
