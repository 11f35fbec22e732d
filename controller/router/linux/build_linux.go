package linux

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/wanctl/wanctl/controller/router"
)

// What wanctl made bears its mark, so that any later run can tell it from what
// others made: its CAKE has the handle ca4e:, its IFB the alias wanctl.
const (
	mark  = 0xca4e
	alias = "wanctl"
)

// Ensure makes the CAKE of a queue be as its options say, and for download the
// IFB that it stands on and the redirection of the WAN interface's ingress to
// it.
func (r *Router) Ensure(ctx context.Context, q router.Queue) (done []string, err error) {
	const op = "build"
	if err := r.kernel.begin(ctx); err != nil {
		return nil, fault(op, q.Name, err)
	}
	steps := []func(router.Queue) (string, error){r.ensureCake}
	if q.Direction == router.Download {
		steps = []func(router.Queue) (string, error){r.ensureIFB, r.ensureCake, r.ensureRedirect}
	}
	for _, ensure := range steps {
		step, err := ensure(q)
		if err != nil {
			return done, fault(op, q.Name, err)
		}
		if step != "" {
			done = append(done, step)
		}
	}
	return done, nil
}

// Remove takes away what Ensure made for a queue: as much as can be, and the
// first error.
func (r *Router) Remove(ctx context.Context, q router.Queue) error {
	const op = "remove"
	if err := r.kernel.begin(ctx); err != nil {
		return fault(op, q.Name, err)
	}
	var err error
	if q.Direction == router.Download {
		err = r.removeRedirect(q)
	}
	if e := r.removeShaper(q); err == nil {
		err = e
	}
	if err != nil {
		return fault(op, q.Name, err)
	}
	return nil
}

// ensureCake puts CAKE in the place of a qdisc that is the kernel's own, and
// changes the options of one that is there.
func (r *Router) ensureCake(q router.Queue) (string, error) {
	root, err := r.root(q)
	if err != nil {
		return "", err
	}
	want := cakeOf(q.Cake, uint64(q.Ceiling)/8)
	if root.kind == "cake" {
		have := parseCake(root.options)
		if have.rate != 0 {
			want.rate = have.rate
		}
		if have == want {
			return "", nil
		}
		_, err := r.kernel.ask(rootRequest(unix.RTM_NEWQDISC, 0, root.link, 0, "cake", want.attribute()), 0)
		return "changed the options of the CAKE of " + q.Name, inKernel(err)
	}
	if root.made() {
		return "", missing{fmt.Errorf("the root of %s is taken by %s %s, which wanctl did not make; remove it with: "+
			"tc qdisc del dev %s root", q.Name, root.kind, netlink.HandleStr(root.handle), q.Name)}
	}
	_, err = r.kernel.ask(rootRequest(unix.RTM_NEWQDISC, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, root.link,
		netlink.MakeHandle(mark, 0), "cake", want.attribute()), 0)
	return "put CAKE at the root of " + q.Name, inKernel(err)
}

// inKernel turns the kernel's answer to a qdisc that it does not know into what
// to do about it.
func inKernel(err error) error {
	switch {
	case errors.Is(err, unix.ENOENT):
		return unsupported{errors.New("this kernel has no CAKE: load it (modprobe sch_cake, from your distribution's package of " +
			"kernel modules) and start wanctl again, or leave out manage and shape with HTB classes of your own")}
	case errors.Is(err, unix.EOPNOTSUPP):
		return unsupported{fmt.Errorf("this kernel's CAKE lacks an option: %w; leave out nat (nat: false) where it has no conntrack", err)}
	}
	return err
}

// lacking turns the kernel's answer to something that it does not know into the
// modules to load.
func lacking(err error, modules string) error {
	if !errors.Is(err, unix.ENOENT) {
		return err
	}
	return unsupported{fmt.Errorf("this kernel cannot redirect what arrives: load %s and start wanctl again, "+
		"or leave out manage and name an interface that is there", modules)}
}

// ensureIFB makes the IFB that a download queue is named after, and has it up.
func (r *Router) ensureIFB(q router.Queue) (step string, err error) {
	around := r.kernel.around
	link, err := r.kernel.link(q.Name)
	if errors.Is(err, unix.ENODEV) {
		attrs := netlink.NewLinkAttrs()
		attrs.Name = q.Name
		link = &netlink.Ifb{LinkAttrs: attrs}
		switch err = around.LinkAdd(link); {
		case errors.Is(err, unix.EOPNOTSUPP):
			return "", unsupported{errors.New("this kernel has no IFB: load it (modprobe ifb, from your distribution's package of " +
				"kernel modules) and start wanctl again, or leave out manage and name an interface that is there")}
		case err != nil:
			return "", fmt.Errorf("make the IFB: %w", err)
		}
		step = "made the IFB " + q.Name
		err = around.LinkSetAlias(link, alias)
	}
	if err != nil {
		return step, err
	}
	if link.Type() != "ifb" {
		return "", missing{fmt.Errorf("%s is no IFB but a %s; name one that is not there yet, as ifb4%s", q.Name, link.Type(), q.Interface)}
	}
	if link.Attrs().Flags&net.FlagUp == 0 {
		if err := around.LinkSetUp(link); err != nil {
			return step, fmt.Errorf("bring it up: %w", err)
		}
		if step == "" {
			step = "brought up the IFB " + q.Name
		}
	}
	return step, nil
}

// made says that an interface is an IFB of wanctl's.
func made(link netlink.Link) bool { return link.Type() == "ifb" && link.Attrs().Alias == alias }

// removeShaper takes away an IFB of wanctl's, or only its CAKE where the
// interface is another's.
func (r *Router) removeShaper(q router.Queue) error {
	link, err := r.kernel.link(q.Name)
	if errors.Is(err, unix.ENODEV) {
		return nil
	}
	if err != nil {
		return err
	}
	if q.Direction == router.Download && made(link) {
		return r.kernel.around.LinkDel(link)
	}
	root, err := r.kernel.root(link.Attrs().Index)
	if err != nil || root.kind != "cake" || root.handle != netlink.MakeHandle(mark, 0) {
		return err
	}
	_, err = r.kernel.ask(rootRequest(unix.RTM_DELQDISC, 0, root.link, root.handle, "cake", nil), 0)
	return err
}
