# A MikroTik router with a cable modem on ether1 and a DSL modem on ether2, from
# factory default to ready for wanctl. docs/how-to/mikrotik.md tells what each
# part is for. Change what stands in capitals, and the addresses, and then:
# /import mikrotik-cable-dsl.rsc

# The second WAN. The first is the factory's: DHCP on ether1.
/interface bridge port remove [find interface=ether2]
/interface pppoe-client add name=pppoe-dsl interface=ether2 user="DSL-USER" password="DSL-PASSWORD" add-default-route=no disabled=no
/interface list member add list=WAN interface=pppoe-dsl

# A routing table for each WAN. 203.0.113.1 is the cable provider's gateway: see
# /ip dhcp-client print detail.
/routing table add name=cable fib
/routing table add name=dsl fib
/ip route add dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=cable
/ip route add dst-address=0.0.0.0/0 gateway=pppoe-dsl routing-table=dsl
/ip route add dst-address=0.0.0.0/0 gateway=pppoe-dsl distance=2

# wanctl probes each WAN from an address of its own.
/routing rule add dst-address=192.168.88.0/24 action=lookup table=main
/routing rule add src-address=192.168.88.10/32 action=lookup-only-in-table table=cable
/routing rule add src-address=192.168.88.11/32 action=lookup-only-in-table table=dsl

# Fasttracked packets get no marks and pass the queues by.
/ip firewall filter disable [find action=fasttrack-connection]
/ipv6 firewall filter disable [find action=fasttrack-connection]

# Marks tell the queues which WAN a packet crosses, and in which direction.
/ip firewall mangle
add chain=forward in-interface=ether1 action=mark-packet new-packet-mark=cable-down passthrough=no
add chain=forward out-interface=ether1 action=mark-packet new-packet-mark=cable-up passthrough=no
add chain=forward in-interface=pppoe-dsl action=mark-packet new-packet-mark=dsl-down passthrough=no
add chain=forward out-interface=pppoe-dsl action=mark-packet new-packet-mark=dsl-up passthrough=no
/ipv6 firewall mangle
add chain=forward in-interface=ether1 action=mark-packet new-packet-mark=cable-down passthrough=no
add chain=forward out-interface=ether1 action=mark-packet new-packet-mark=cable-up passthrough=no
add chain=forward in-interface=pppoe-dsl action=mark-packet new-packet-mark=dsl-down passthrough=no
add chain=forward out-interface=pppoe-dsl action=mark-packet new-packet-mark=dsl-up passthrough=no

# CAKE inside, without a limit of its own; the limit is the tree's, and wanctl's.
/queue type
add name=cake-cable-down kind=cake cake-bandwidth=0 cake-flowmode=dual-dsthost cake-nat=no cake-overhead=18 cake-mpu=64
add name=cake-cable-up kind=cake cake-bandwidth=0 cake-flowmode=dual-srchost cake-nat=yes cake-overhead=18 cake-mpu=64
add name=cake-dsl-down kind=cake cake-bandwidth=0 cake-flowmode=dual-dsthost cake-nat=no cake-overhead=30 cake-atm=ptm
add name=cake-dsl-up kind=cake cake-bandwidth=0 cake-flowmode=dual-srchost cake-nat=yes cake-overhead=30 cake-atm=ptm
/queue tree
add name=cable-down parent=global packet-mark=cable-down queue=cake-cable-down max-limit=500M
add name=cable-up parent=global packet-mark=cable-up queue=cake-cable-up max-limit=38M
add name=dsl-down parent=global packet-mark=dsl-down queue=cake-dsl-down max-limit=95M
add name=dsl-up parent=global packet-mark=dsl-up queue=cake-dsl-up max-limit=38M

# A certificate for api-ssl, from a CA that the router keeps.
/certificate
add name=wanctl-ca common-name=wanctl-ca key-usage=key-cert-sign,crl-sign days-valid=3650
sign wanctl-ca
add name=wanctl-api common-name=192.168.88.1 subject-alt-name=IP:192.168.88.1 key-usage=digital-signature,key-encipherment,tls-server days-valid=3650
sign wanctl-api ca=wanctl-ca
export-certificate wanctl-ca
/ip service set api disabled=yes
/ip service set api-ssl certificate=wanctl-api address=192.168.88.10/32 tls-version=only-1.2 disabled=no

# Who may read and write over the API, from one address, and nothing else.
/user group add name=wanctl policy=api,read,write,!local,!telnet,!ssh,!ftp,!reboot,!policy,!test,!winbox,!password,!web,!sniff,!sensitive,!romon,!rest-api
/user add name=wanctl group=wanctl address=192.168.88.10/32 password="A-LONG-PASSWORD"
