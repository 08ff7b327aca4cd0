// Package link carries a session over a websocket: [Dial] for terminals, [Listen] and [Serve] for central. It is the
// only package that knows gorilla/websocket, and it adapts it to wire.Conn.
//
// The transport is TLS 1.3 with no certificate that anyone checks. A certificate would have to be renewed, and a
// terminal whose clock is wrong or whose authorities are out of date would stop (promise P9). Instead each side signs
// the TLS exporter of this very connection (wire.Conn.Binding) with a key that the other knows: whoever sits between
// holds two connections with two exporters, and no signature for either. Until those signatures are verified the
// connection is a stranger's, and its frames are bounded by wire.MaxHandshake.
package link

import (
	"doorstep/sync/civic"
)

// Codes of a line that cannot be opened or held. The sentence for a code has the locale key of its name with "link."
// before it and without "line-".
const (
	CodeDNS         civic.Code = "line-dns"         // central's name cannot be resolved
	CodeUnreachable civic.Code = "line-unreachable" // no way there: cable, switch, route
	CodeRefused     civic.Code = "line-refused"     // the machine is there, the program is not
	CodeTimeout     civic.Code = "line-timeout"     // no answer
	CodeTLS         civic.Code = "line-tls"         // something answers, and does not speak TLS 1.3 with us
	CodeCaptive     civic.Code = "line-captive"     // a web page answers in central's place: a sign-in portal
	CodeProxy       civic.Code = "line-proxy"       // something answers in central's place that it lets nobody through
	CodeLost        civic.Code = "line-lost"        // an open connection broke or fell silent
)
