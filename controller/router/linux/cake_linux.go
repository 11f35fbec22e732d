package linux

import (
	"github.com/vishvananda/netlink/nl"

	"github.com/wanctl/wanctl/api/v1alpha1"
)

// The options of CAKE, as linux/pkt_sched.h numbers them.
const (
	cakeRate = iota + 2
	cakeDiffserv
	cakeATM
	cakeFlowMode
	cakeOverhead
	cakeRTT
	cakeTarget
	cakeAutorate
	cakeMemory
	cakeNAT
	cakeRaw
	cakeWash
	cakeMPU
	cakeIngress
	cakeAckFilter
	cakeSplitGSO
)

// The kernel's numbers for the manifest's words.
var (
	diffservs = map[v1alpha1.CakeDiffserv]uint32{
		v1alpha1.CakeDiffserv3: 0, v1alpha1.CakeDiffserv4: 1, v1alpha1.CakeDiffserv8: 2,
		v1alpha1.CakeBestEffort: 3, v1alpha1.CakePrecedence: 4,
	}
	atms      = map[v1alpha1.CakeATM]uint32{v1alpha1.CakeNoATM: 0, v1alpha1.CakeOnATM: 1, v1alpha1.CakeOnPTM: 2}
	flowModes = map[v1alpha1.CakeIsolation]uint32{
		v1alpha1.CakeFlowBlind: 0, v1alpha1.CakeSrcHost: 1, v1alpha1.CakeDstHost: 2, v1alpha1.CakeHosts: 3,
		v1alpha1.CakeFlows: 4, v1alpha1.CakeDualSrcHost: 5, v1alpha1.CakeDualDstHost: 6, v1alpha1.CakeTripleIsolate: 7,
	}
	ackFilters = map[v1alpha1.CakeAckFilter]uint32{
		v1alpha1.CakeAckNone: 0, v1alpha1.CakeAckFilterOn: 1, v1alpha1.CakeAckAggressive: 2,
	}
)

// cake are the options of a CAKE that wanctl knows, in the kernel's numbers.
type cake struct {
	// rate is in bytes/s; 0 is no limit.
	rate                               uint64
	diffserv, atm, flowMode, ackFilter uint32
	overhead                           int32
	// raw says that packets count as long as the kernel has them.
	raw bool
	mpu uint32
	// rtt and target are in microseconds.
	rtt, target                            uint32
	autorate, nat, wash, ingress, splitGSO uint32
}

// parseCake reads the options that the kernel describes a CAKE with.
func parseCake(options []byte) (c cake) {
	for name, value := range attributes(options) {
		n := number32(value)
		switch name {
		case cakeRate:
			c.rate = number64(value)
		case cakeDiffserv:
			c.diffserv = n
		case cakeATM:
			c.atm = n
		case cakeFlowMode:
			c.flowMode = n
		case cakeOverhead:
			c.overhead = int32(n)
		case cakeRTT:
			c.rtt = n
		case cakeTarget:
			c.target = n
		case cakeAutorate:
			c.autorate = n
		case cakeNAT:
			c.nat = n
		case cakeRaw:
			c.raw = true
		case cakeWash:
			c.wash = n
		case cakeMPU:
			c.mpu = n
		case cakeIngress:
			c.ingress = n
		case cakeAckFilter:
			c.ackFilter = n
		case cakeSplitGSO:
			c.splitGSO = n
		}
	}
	return c
}

// cakeOf are the options of a manifest, its defaults filled in, at a rate in
// bytes/s. The target is a twentieth of the RTT, as tc has it.
func cakeOf(o *v1alpha1.CakeOptions, rate uint64) cake {
	c := cake{
		rate:     rate,
		diffserv: diffservs[o.Diffserv], atm: atms[o.ATM], flowMode: flowModes[o.Isolation], ackFilter: ackFilters[o.AckFilter],
		raw: o.Overhead == nil, mpu: uint32(o.MPU),
		rtt: 100_000,
		nat: bit(o.NAT), wash: bit(o.Wash), ingress: bit(o.Ingress), splitGSO: bit(o.SplitGSO),
	}
	if o.RTT != nil {
		c.rtt = uint32(o.RTT.Microseconds())
	}
	c.target = max(1, c.rtt/20)
	if o.Overhead != nil {
		c.overhead = *o.Overhead
	}
	return c
}

func bit(b *bool) uint32 {
	if b != nil && *b {
		return 1
	}
	return 0
}

// attribute are all options in tc's order. The MPU is sent even where it is 0,
// which tc cannot say, so that an earlier one does not stay.
func (c cake) attribute() *nl.RtAttr {
	options := rateAttribute(c.rate)
	add := func(name int, value uint32) { options.AddRtAttr(name, nl.Uint32Attr(value)) }
	add(cakeDiffserv, c.diffserv)
	add(cakeATM, c.atm)
	add(cakeFlowMode, c.flowMode)
	add(cakeOverhead, uint32(c.overhead))
	if c.raw {
		add(cakeRaw, 0)
	}
	add(cakeMPU, c.mpu)
	add(cakeRTT, c.rtt)
	add(cakeTarget, c.target)
	add(cakeAutorate, c.autorate)
	add(cakeNAT, c.nat)
	add(cakeWash, c.wash)
	add(cakeSplitGSO, c.splitGSO)
	add(cakeIngress, c.ingress)
	add(cakeAckFilter, c.ackFilter)
	return options
}

// rateAttribute is the rate alone, in bytes/s: the kernel keeps every option
// that is not in the message.
func rateAttribute(rate uint64) *nl.RtAttr {
	options := nl.NewRtAttr(nl.TCA_OPTIONS, nil)
	options.AddRtAttr(cakeRate, nl.Uint64Attr(rate))
	return options
}
