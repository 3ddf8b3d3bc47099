package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// export streams everything over HTTP from a server that has done nothing else,
// and tells how fast that is and the most memory that the server had meanwhile.
func (b *bench) export(ctx context.Context, format string) (err error) {
	server, err := startServer(ctx, b.Server, b.url, "--cache-mb", "0", "--document-cache-mb", "0") // an export uses neither
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	if err := forgetPeak(server.cmd.Process.Pid); err != nil {
		return err
	}
	idle, _ := residentMB(server.cmd.Process.Pid)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+server.addr+"/v1/events."+format, nil)
	if err != nil {
		return err
	}
	began := time.Now()
	resp, err := (&http.Transport{DisableCompression: true}).RoundTrip(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", resp.Status)
	}
	size, err := io.Copy(io.Discard, resp.Body)
	took := time.Since(began)
	_, peak := residentMB(server.cmd.Process.Pid)
	fmt.Printf("export\t%s\tMB=%d\tseconds=%.1f\tevents_per_s=%.0f\tidle_MB=%.0f\tpeak_MB=%.0f\n",
		format, size>>20, took.Seconds(), float64(b.events)/took.Seconds(), idle, peak)
	return err
}
