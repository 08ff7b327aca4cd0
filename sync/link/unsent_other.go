//go:build !linux

package link

import "net"

// holdBack does nothing where the system has no bound to set; terminals and central run on Linux.
func holdBack(net.Conn) {}
