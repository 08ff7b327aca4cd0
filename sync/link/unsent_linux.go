package link

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// unsent is how many bytes may wait in the kernel beyond what it has sent when it is given more. The rest waits here,
// where what is urgent goes first: with the kernel's own bound, megabytes, a custody would stand behind minutes of
// editions on a slow line. It counts only what the window does not let out, so that a fast or a long line is as full as
// without.
const unsent = 4 << 10

// gate lets through what the kernel will soon send.
type gate struct{ raw syscall.RawConn }

// newGate bounds what the kernel takes for a connection (TCP_NOTSENT_LOWAT). It is nil where that cannot be: then the
// connection works all the same, with slower lanes.
func newGate(c net.Conn) *gate {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	ctlErr := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsent)
	})
	if err != nil || ctlErr != nil {
		return nil
	}
	return &gate{raw}
}

// wait returns when the kernel wants more, or the connection's write deadline has passed. A write alone does not wait
// for that: the kernel goes on filling a segment that it has begun, 64 KB of it. Poll is what asks by the bound, and
// what has the kernel tell us when it is met.
func (g *gate) wait() error {
	if g == nil {
		return nil
	}
	return g.raw.Write(func(fd uintptr) bool {
		list := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		n, err := unix.Poll(list, 0)
		return n != 0 || err != nil // the write finds what is wrong
	})
}
