package control

import (
	"net"
	"os/user"
	"strconv"
	"syscall"
)

// peer is the user at the other end of a connection, as the kernel has it; the
// number where it has no name, and empty where nothing is known.
func peer(c net.Conn) string {
	conn, ok := c.(syscall.Conn)
	if !ok {
		return ""
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return ""
	}
	var credentials *syscall.Ucred
	if raw.Control(func(fd uintptr) {
		credentials, err = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	}) != nil || err != nil {
		return ""
	}
	uid := strconv.FormatUint(uint64(credentials.Uid), 10)
	if u, err := user.LookupId(uid); err == nil {
		return u.Username
	}
	return "uid " + uid
}
