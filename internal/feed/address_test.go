package feed

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "0.0.0.0": false, "0.1.2.3": false, "::": false,
		"10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "fc00::1": false, "fd12::1": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "100.64.0.1": false, "100.127.255.255": false, "100.128.0.1": true,
		"224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "240.0.0.1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b::808:808": false,
		"64:ff9b:1::1": false, "2002:7f00:1::": false, "2001::1": false, "2001:db8::1": false, "192.0.2.1": false, "198.18.0.1": false,
	} {
		if got := open(netip.MustParseAddr(address), nil); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
	if !open(netip.MustParseAddr("::ffff:10.0.0.1"), prefixes("10.0.0.0/8")) || open(netip.MustParseAddr("10.0.0.1"), prefixes("192.168.0.0/16")) {
		t.Error("what is allowed is not as it should be")
	}
}

// However an IPv4 address is written in IPv6, it is as open as itself or not at
// all.
func TestOpenInDisguise(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b [4]byte
		copy(b[:], rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address"))
		plain := netip.AddrFrom4(b)
		if mapped := netip.AddrFrom16(plain.As16()); open(mapped, nil) != open(plain, nil) {
			t.Errorf("%s", mapped)
		}
		for _, prefix := range []string{"64:ff9b::", "::", "2002::"} {
			a := netip.MustParseAddr(prefix).As16()
			at := 12
			if prefix == "2002::" {
				at = 2
			}
			copy(a[at:], b[:])
			if open(netip.AddrFrom16(a), nil) {
				t.Errorf("%s", netip.AddrFrom16(a))
			}
		}
	})
}
