# Sourced in the guest. cli --lan-- rtr --wan-- isp ---- core ---- srv
#   rtr  wan egress: CAKE up;  wan ingress -> ifb4wan: CAKE down (as SQM does)
#   isp  the bottleneck: a FIFO each way, set by link
#   core/srv  netem, half of $RTT ms each way;  srv holds 10.9.0.1 - .6
# Rates are in kbit/s, depths in bytes.
ns() { n=$1; shift; ip netns exec "$n" "$@"; }
wire() { # ns dev addr  ns dev addr
	ip link add "$2" netns "$1" type veth peer name "$5" netns "$4"
	ip -n "$1" addr add "$3" dev "$2"; ip -n "$4" addr add "$6" dev "$5"
	ip -n "$1" link set "$2" up gso_max_segs 1 gso_max_size 1514 gro_max_size 1514
	ip -n "$4" link set "$5" up gso_max_segs 1 gso_max_size 1514 gro_max_size 1514
}
topo() {
	for n in cli rtr isp core srv; do
		ip netns add $n; ip -n $n link set lo up
		ns $n sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv4/icmp_ratelimit' 2>/dev/null
	done
	wire cli eth0 10.0.0.2/24 rtr lan 10.0.0.1/24
	wire rtr wan 10.1.0.2/24 isp sub 10.1.0.1/24
	wire isp net 10.2.0.1/24 core isp 10.2.0.2/24
	wire core srv 10.3.0.1/24 srv eth0 10.3.0.2/24
	ip -n cli route add default via 10.0.0.1
	ip -n rtr route add default via 10.1.0.1
	ip -n isp route add 10.0.0.0/24 via 10.1.0.2
	ip -n isp route add default via 10.2.0.2
	ip -n core route add default via 10.2.0.1
	ip -n core route add 10.9.0.0/24 via 10.3.0.2
	ip -n srv route add default via 10.3.0.1
	for i in 1 2 3 4 5 6; do ip -n srv addr add 10.9.0.$i/32 dev lo; done
	tc -n core qdisc add dev srv root netem delay $((RTT / 2))ms limit 20000
	tc -n srv qdisc add dev eth0 root netem delay $((RTT / 2))ms limit 20000
}
# The qdiscs are changed through two processes of tc that stay: one for each
# namespace, so that a change costs no start of a program.
tc_open() {
	exec 3> >(exec tc -n isp -force -batch - 2>tc-isp.err)
	exec 4> >(exec tc -n rtr -force -batch - 2>tc-rtr.err)
}
link() { # up depth down depth: sets or changes the bottleneck
	echo "qdisc replace dev net root tbf rate $1kbit burst $BURST limit $2" >&3
	echo "qdisc replace dev sub root tbf rate $3kbit burst $BURST limit $4" >&3
}
cake() { # up down: puts CAKE on both directions
	tc -n rtr qdisc replace dev wan root cake bandwidth $1kbit besteffort nat nowash ethernet
	ip -n rtr link add ifb4wan type ifb
	ip -n rtr link set ifb4wan up
	tc -n rtr qdisc add dev wan handle ffff: ingress
	tc -n rtr filter add dev wan parent ffff: matchall action mirred egress redirect dev ifb4wan
	tc -n rtr qdisc replace dev ifb4wan root cake bandwidth $2kbit besteffort nat wash ingress ethernet
}
shape() { # up down: changes the rates of CAKE
	echo "qdisc change dev wan root cake bandwidth $1kbit" >&4
	echo "qdisc change dev ifb4wan root cake bandwidth $2kbit" >&4
}
dead() { # address: it answers no more
	ip -n srv addr del $1/32 dev lo
	ip -n srv route add blackhole $1/32
}
late() { # address ms: its answers take so much longer
	tc -n srv qdisc replace dev eth0 root handle 1: prio bands 2 priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
	tc -n srv qdisc add dev eth0 parent 1:1 netem delay $((RTT / 2))ms limit 20000
	tc -n srv qdisc add dev eth0 parent 1:2 netem delay $((RTT / 2 + $2))ms limit 20000
	tc -n srv filter add dev eth0 parent 1: protocol ip u32 match ip src $1/32 flowid 1:2
}
outage() { # 100% | 0%: what is lost beyond the bottleneck, either way
	tc -n core qdisc change dev srv root netem delay $((RTT / 2))ms limit 20000 loss $1
	tc -n srv qdisc change dev eth0 root netem delay $((RTT / 2))ms limit 20000 loss $1
}
