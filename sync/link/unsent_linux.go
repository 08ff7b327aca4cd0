package link

import (
	"net"

	"golang.org/x/sys/unix"
)

// unsent is how many bytes the kernel takes beyond what it has sent. The rest waits here, where what is urgent goes
// first: with the kernel's own bound, megabytes, a custody would wait behind minutes of editions on a slow line.
const unsent = 4 << 10

// holdBack bounds what the kernel takes from us and has not sent yet (TCP_NOTSENT_LOWAT). It counts only what the
// window does not let out, so a fast or a long line is as full as without. A connection that cannot be bounded works all
// the same, with slower lanes.
func holdBack(c net.Conn) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsent)
	})
}
