package estimate

import "time"

// meterSize is how many readings a Meter remembers: enough for a window of
// 200 ms at the fastest poll of 5 ms, a power of two.
const meterSize = 64

// A Meter turns readings of a byte counter into a rate over a window. The
// first reading, a counter that went backwards (wrapped, or set anew by a
// reboot) and a reading at no later time give no rate of their own.
type Meter struct {
	at    [meterSize]time.Duration
	bytes [meterSize]uint64
	// first and next are positions that only grow; next-first is the count.
	first, next uint64
}

// Add takes a reading. Readings at or before the last one's time are ignored.
func (m *Meter) Add(now time.Duration, bytes uint64) {
	if m.next > m.first {
		last := (m.next - 1) % meterSize
		if now <= m.at[last] {
			return
		}
		if bytes < m.bytes[last] {
			m.first = m.next
		}
	}
	m.at[m.next%meterSize], m.bytes[m.next%meterSize] = now, bytes
	m.next++
	if m.next-m.first > meterSize {
		m.first = m.next - meterSize
	}
}

// Rate is the rate in bit/s over the newest readings that are nearest to a
// window apart, so that readings which come a little early or late are not one
// more or one less; ok is false while there are fewer than two.
func (m *Meter) Rate(window time.Duration) (bitsPerSecond float64, ok bool) {
	if m.next-m.first < 2 {
		return 0, false
	}
	last := m.next - 1
	from := last - 1
	for from > m.first && m.apart(from-1, last)-window < window-m.apart(from, last) {
		from--
	}
	bytes := m.bytes[last%meterSize] - m.bytes[from%meterSize]
	return float64(bytes) * 8 / m.apart(from, last).Seconds(), true
}

// apart is the time between two readings.
func (m *Meter) apart(from, to uint64) time.Duration {
	return m.at[to%meterSize] - m.at[from%meterSize]
}

// Newest is when the last reading was taken; ok is false before the first.
func (m *Meter) Newest() (at time.Duration, ok bool) {
	if m.next == m.first {
		return 0, false
	}
	return m.at[(m.next-1)%meterSize], true
}
