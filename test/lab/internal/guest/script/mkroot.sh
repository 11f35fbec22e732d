#!/bin/sh
# mkroot.sh CACHE: makes CACHE/base.cpio (a small root of Debian binaries) and
# CACHE/vmlinuz from Debian packages, which are downloaded and unpacked, not
# installed. It stands beside init and packages.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
rm -rf deb x root
mkdir -p deb x root
kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: *\(linux-image-[0-9].*\)/\1/p' | head -1)
if [ -z "$kernel" ]; then
	echo "apt knows no linux-image-cloud-amd64: run apt-get update on a Debian for amd64" >&2
	exit 69
fi
# shellcheck disable=SC2046 # a word for each package
(cd deb && apt-get download $(sed "s/^linux-image-cloud-amd64$/$kernel/" "$here/packages")) >apt.log 2>&1 || { cat apt.log >&2; exit 69; }
for d in deb/*.deb; do dpkg -x "$d" x; done
cp x/boot/vmlinuz-* vmlinuz

# Programs and the libraries they name; what the packages lack comes from the host.
mkdir -p root/bin root/lib root/lib64 root/proc root/sys root/dev root/run root/tmp root/job root/root root/var/log root/etc root/usr
ln -s /run root/var/run; ln -s bin root/sbin; ln -s ../bin root/usr/bin; ln -s ../bin root/usr/sbin
LD_LIBRARY_PATH=$PWD/x/usr/lib/x86_64-linux-gnu:$PWD/x/lib/x86_64-linux-gnu
export LD_LIBRARY_PATH
for b in bin/busybox bin/bash sbin/tc bin/ip usr/bin/iperf3 bin/ping; do
	cp "x/$b" root/bin/
	ldd "x/$b" 2>/dev/null | sed -n 's/.*=> *\(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) .*/\1/p' || :
done | sort -u | while read -r lib; do
	case $lib in */ld-linux*) cp -L "$lib" root/lib64/ ;; *) cp -L "$lib" root/lib/ ;; esac
done
for a in $(root/bin/busybox --list); do [ -e "root/bin/$a" ] || ln -s busybox "root/bin/$a"; done
printf "icmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nipv6-icmp 58 IPv6-ICMP\n" >root/etc/protocols
printf "root:x:0:0::/root:/bin/bash\n" >root/etc/passwd

# The modules the lab uses, with those they need.
for k in x/lib/modules/*; do
	v=${k##*/}
	mkdir -p "root/lib/modules/$v"
	find "$k/kernel" \( -path '*/net/sched/*' -o -path '*/drivers/virtio/*' -o -path '*/netfilter/nf_conntrack.ko' \
		-o -path '*/netfilter/nf_defrag*' -o -name nf_defrag_ipv4.ko -o -name nf_defrag_ipv6.ko -o -name ipv6.ko -o -name ifb.ko -o -name veth.ko -o -name libcrc32c.ko \
		-o -name crc32c_generic.ko -o -name virtio_console.ko \) -exec cp {} "root/lib/modules/$v/" \;
	root/bin/busybox depmod -b root "$v" 2>/dev/null || :
done
cp "$here/init" root/init
chmod 755 root/init
cp root/bin/busybox busybox
(cd root && find . | ./bin/busybox cpio -o -H newc 2>/dev/null) >base.cpio
rm -rf deb x root
: >ok
