// Package guest boots a small Debian in QEMU, whose Linux has the real CAKE,
// netem, IFB and network namespaces, and runs a job in it as root. Neither KVM
// nor root nor a kernel module of the host is needed.
//
// The guest has one CPU and a clock that counts its instructions, so that the
// load of the host changes how long a run takes and nothing that it measures.
package guest
