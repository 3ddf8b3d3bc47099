package feed

import (
	"fmt"
	"net/netip"
	"syscall"
)

// special are ranges beside those that netip knows which are no part of the open
// internet, or through which another address is reached (IANA special-purpose
// address registries, RFC 6890 and successors).
var special = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// open tells whether an address is of the open internet, or one that is allowed.
func open(a netip.Addr, allowed []netip.Prefix) bool {
	a = a.Unmap().WithZone("") // an IPv4 address in IPv6 is that address
	for _, p := range allowed {
		if p.Contains(a) {
			return true
		}
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return a.IsGlobalUnicast() && !a.IsPrivate()
}

// control is asked at each dial, with the address that the name was resolved to:
// what the name means then is what counts, also behind a redirect.
func control(allowed []netip.Prefix) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil || !open(ap.Addr(), allowed) {
			return fmt.Errorf("%s is not on the open internet: --allow-address would allow it", address)
		}
		return nil
	}
}
