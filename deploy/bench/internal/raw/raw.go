// Package raw reads and writes sockets without telling Go's scheduler, which
// spares a call that can't wait about a tenth of its time. Only for threads
// that are locked to one goroutine and do nothing else.
package raw

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Read reads what is there; errno is EAGAIN if nothing is. It never waits.
func Read(fd int, b []byte) (n int, errno unix.Errno) {
	r, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), //nolint:gosec // the kernel wants the address
		uintptr(len(b)), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(r), 0
}

// Write is write(2). On a blocking socket it waits, and the thread with it.
func Write(fd int, b []byte) (n int, errno unix.Errno) {
	r, _, errno := unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b))) //nolint:gosec // the kernel wants the address
	if errno != 0 {
		return 0, errno
	}
	return int(r), 0
}
