package link

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"

	"github.com/gorilla/websocket"

	"doorstep/sync/civic"
)

// fail classes an error of the line by what a person can do about it.
func fail(code civic.Code, err error) error {
	return &civic.Error{Code: code, Key: "link." + strings.TrimPrefix(string(code), "line-"), Err: err}
}

// dialCode classes why no TCP connection came about.
func dialCode(err error) civic.Code {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return CodeDNS
	case errors.Is(err, syscall.ECONNREFUSED):
		return CodeRefused
	case isTimeout(err):
		return CodeTimeout
	}
	return CodeUnreachable
}

// tlsCode classes why no TLS session came about.
func tlsCode(err error) civic.Code {
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &record):
		// Plain HTTP on central's port is a portal that has taken over every address.
		if string(record.RecordHeader[:]) == "HTTP/" {
			return CodeCaptive
		}
		return CodeTLS
	case isTimeout(err):
		return CodeTimeout
	case isAlert(err):
		return CodeTLS
	case isNet(err):
		return CodeLost
	}
	return CodeTLS
}

// upgradeCode classes why no websocket came about over TLS, by what answered in central's place: central upgrades, so
// any other answer of HTTP comes from something in between or from another machine.
func upgradeCode(err error, resp *http.Response) civic.Code {
	switch {
	case errors.Is(err, websocket.ErrBadHandshake) && resp != nil && isPortal(resp):
		return CodeCaptive
	case errors.Is(err, websocket.ErrBadHandshake):
		return CodeProxy
	case isTimeout(err):
		return CodeTimeout
	case isNet(err):
		return CodeLost
	}
	return CodeCaptive // an answer that is no HTTP, or no upgrade
}

// isPortal reports whether an answer wants to be read by a person: a page, the way to one, or RFC 6585's word that the
// network wants a sign-in. A proxy that does not let the connection through says so by an error.
func isPortal(resp *http.Response) bool {
	return resp.StatusCode < 400 || resp.StatusCode == http.StatusNetworkAuthenticationRequired
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &ne) && ne.Timeout()
}

// isAlert reports whether one side gave up TLS in TLS's own words, which come wrapped as an error of the network.
func isAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error")
}

func isNet(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) || isEOF(err)
}
