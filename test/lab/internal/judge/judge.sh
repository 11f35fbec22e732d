# judge.sh, run in the guest: builds the network, lets the shaper settle, plays
# the timeline under load, and records. What it finds in /job:
#   settings  the variables named below
#   timeline  lines of microseconds and a function of topo.sh with its arguments
#   wanctl, site.yaml  where SHAPER is wanctl; it is run from a folder that
#              nothing else is written to, as it would be
# What it leaves there, besides wanctl's own words:
#   begin      microseconds since the epoch at which the timeline began
#   ping.txt   ping under load through both shapers, every 50 ms
#   down.json, up.json  iperf3 at the receiver of each direction, every second
#   qdisc.jsonl  every second: qdiscs and interfaces of the router
#   writes.txt  every change of a qdisc of the router, by whoever
#   status/    the live object of every second
#   cpu.txt    ticks of the controller; busy and all ticks of the guest
. ./settings # RTT ms, BURST bytes, SETTLE s, LENGTH s, DOWN and UP flows, SHAPER none|cake|wanctl, START_UP and START_DOWN kbit/s
. ./topo.sh
us() { echo ${EPOCHREALTIME/./}; }
exec 5<> <(:)
until_us() { # a time: sleeps without starting a program
	local d=$(($1 - ${EPOCHREALTIME/./}))
	((d <= 0)) || read -rt "$((d / 1000000)).$(printf %06d $((d % 1000000)))" -u 5 || :
}
ticks() { cat /proc/[0-9]*/stat 2>/dev/null | sed 's/.*) //' | awk -v s="$1" '$4==s{t+=$12+$13+$14+$15}END{print t+0}'; }
guest() { awk '/^cpu /{for(i=2;i<=9;i++)t+=$i; print t-$5-$6, t}' /proc/stat; }

mkdir status
uname -r >kernel
topo
tc_open
eval "$(sed -n '1s/^[0-9]* //p' timeline)"
[ $SHAPER = none ] || cake $START_UP $START_DOWN
tc -n rtr -tshort monitor >writes.txt & monitor=$!
controller=0
if [ $SHAPER = wanctl ]; then
	mkdir etc && cp site.yaml etc/
	# Without a function in between, so that its process is the session's first.
	ip netns exec rtr setsid ./wanctl run -f etc/site.yaml --state-dir state --log-format json -v >wanctl.log 2>&1 & controller=$!
fi
ns srv iperf3 -s -p 5201 -D >/dev/null
ns cli iperf3 -s -p 5202 -D >/dev/null
sleep $SETTLE

t0=$(us) c0=$(ticks $controller) g0=$(guest)
echo $t0 >begin
jobs=
ns cli ping -D -n -i 0.05 -w $LENGTH 10.9.0.6 >ping.txt 2>/dev/null & jobs="$jobs $!"
[ $DOWN = 0 ] || { ns cli iperf3 -c 10.3.0.2 -p 5201 -t $LENGTH -P $DOWN -R -i 1 -J >down.json & jobs="$jobs $!"; }
[ $UP = 0 ] || { ns srv iperf3 -c 10.0.0.2 -p 5202 -t $LENGTH -P $UP -R -i 1 -J >up.json & jobs="$jobs $!"; }
(
	for ((i = 0; i <= LENGTH; i++)); do
		until_us $((t0 + i * 1000000))
		tc -n rtr -s -j qdisc show >>qdisc.jsonl
		[ $SHAPER != wanctl ] || cp state/sites/lab.json status/$i.json 2>/dev/null
	done
) & jobs="$jobs $!"
while read -r at call; do
	until_us $((t0 + at))
	eval "$call"
done <timeline
wait $jobs
echo "$(($(ticks $controller) - c0)) $g0 $(guest)" >cpu.txt
kill $monitor
if [ $SHAPER = wanctl ]; then
	./wanctl get status -o json --state-dir state >status.json
	./wanctl describe wan wan --state-dir state >describe.txt
	./wanctl get events --state-dir state >events.txt
	kill $controller; wait $controller
	cp state/sites/lab.json status/end.json
fi
cat tc-*.err
rm -rf wanctl etc state topo.sh judge.sh
