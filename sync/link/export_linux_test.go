package link

import (
	"crypto/tls"
	"net"

	"golang.org/x/sys/unix"

	"doorstep/sync/wire"
)

// Unsent is the bound that connections have.
const Unsent = unsent

// Waiting returns how much the kernel has taken and not sent.
func Waiting(c wire.Conn) (n int, err error) {
	err = control(c, func(fd int) (err error) {
		n, err = unix.IoctlGetInt(fd, unix.SIOCOUTQNSD)
		return err
	})
	return n, err
}

// Unbound takes a connection's bound away.
func Unbound(c wire.Conn) error {
	return control(c, func(fd int) error {
		return unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, -1)
	})
}

func control(c wire.Conn, do func(fd int) error) error {
	raw, err := c.(*conn).ws.NetConn().(*tls.Conn).NetConn().(*watch).Conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = do(int(fd)) }); err != nil {
		return err
	}
	return failed
}
