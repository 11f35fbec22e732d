package linux

import (
	"encoding/binary"
	"iter"
	"time"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// attributes are the netlink attributes of a message or of one of its
// attributes, up to the first that is cut short. The values are not copied.
func attributes(b []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for len(b) >= unix.SizeofRtAttr {
			size := int(binary.NativeEndian.Uint16(b))
			kind := int(binary.NativeEndian.Uint16(b[2:]) & nl.NLA_TYPE_MASK)
			if size < unix.SizeofRtAttr || size > len(b) || !yield(kind, b[unix.SizeofRtAttr:size]) {
				return
			}
			b = b[min(len(b), (size+3)&^3):]
		}
	}
}

// number32 is a number of 32 bits, and 0 of a value that is too short, as
// below.
func number32(value []byte) uint32 {
	if len(value) < 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(value)
}

// number64 is a number of 64 bits.
func number64(value []byte) uint64 {
	if len(value) < 8 {
		return 0
	}
	return binary.NativeEndian.Uint64(value)
}

// micros is a number of 32 bits of microseconds.
func micros(value []byte) time.Duration { return time.Duration(number32(value)) * time.Microsecond }

// word is the number of 32 bits at an offset of a structure.
func word(value []byte, offset int) uint32 { return number32(value[min(len(value), offset):]) }
