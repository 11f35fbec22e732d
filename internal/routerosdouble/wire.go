package routerosdouble

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// longest is the longest word that the double takes.
const longest = 1 << 20

// readLength reads how long the next word is: in one to five bytes, the number
// of leading ones in the first saying how many follow.
func readLength(r io.ByteReader) (uint32, error) {
	first, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	more, value := 0, uint32(first)
	switch {
	case first < 0x80:
	case first < 0xc0:
		more, value = 1, uint32(first&0x3f)
	case first < 0xe0:
		more, value = 2, uint32(first&0x1f)
	case first < 0xf0:
		more, value = 3, uint32(first&0x0f)
	case first == 0xf0:
		more, value = 4, 0
	default:
		return 0, fmt.Errorf("%#x begins a control byte, and the protocol has none", first)
	}
	for range more {
		next, err := r.ReadByte()
		if err != nil {
			return 0, noEOF(err)
		}
		value = value<<8 | uint32(next)
	}
	return value, nil
}

// readSentence reads words up to an empty one. A sentence of none is nil.
func readSentence(r *bufio.Reader) ([]string, error) {
	var words []string
	for {
		n, err := readLength(r)
		if err != nil {
			if len(words) > 0 {
				err = noEOF(err)
			}
			return nil, err
		}
		if n == 0 {
			return words, nil
		}
		if n > longest {
			return nil, fmt.Errorf("a word of %d bytes; the longest taken has %d", n, longest)
		}
		word := make([]byte, n)
		if _, err := io.ReadFull(r, word); err != nil {
			return nil, noEOF(err)
		}
		words = append(words, string(word))
	}
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// appendLength is the inverse of readLength.
func appendLength(b []byte, n uint32) []byte {
	switch {
	case n < 1<<7:
		return append(b, byte(n))
	case n < 1<<14:
		return binary.BigEndian.AppendUint16(b, uint16(n)|0x8000)
	case n < 1<<21:
		return append(b, byte(n>>16)|0xc0, byte(n>>8), byte(n))
	case n < 1<<28:
		return binary.BigEndian.AppendUint32(b, n|0xe000_0000)
	default:
		return binary.BigEndian.AppendUint32(append(b, 0xf0), n)
	}
}

// appendSentence puts words and the empty one that ends them behind b.
func appendSentence(b []byte, words ...string) []byte {
	for _, word := range words {
		b = append(appendLength(b, uint32(len(word))), word...)
	}
	return append(b, 0)
}
