package docker

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"syscall"
)

// addLoopbackAddress gives the loopback interface one more IPv4 address, of
// which no other host knows (rtnetlink(7), RTM_NEWADDR).
func addLoopbackAddress(ip net.IP) error {
	loopback, err := net.InterfaceByName("lo")
	if err != nil {
		return err
	}
	socket, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return fmt.Errorf("netlink: %w", err)
	}
	defer syscall.Close(socket)
	kernel := &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}
	if err := syscall.Sendto(socket, newAddressMessage(loopback.Index, ip.To4()), 0, kernel); err != nil {
		return fmt.Errorf("netlink: %w", err)
	}
	answer := make([]byte, 4096)
	n, _, err := syscall.Recvfrom(socket, answer, 0)
	if err != nil {
		return fmt.Errorf("netlink: %w", err)
	}
	return acknowledged(answer[:n])
}

func newAddressMessage(index int, ip []byte) []byte {
	var body bytes.Buffer
	put := func(v any) { _ = binary.Write(&body, binary.NativeEndian, v) } // a buffer takes everything
	put(syscall.IfAddrmsg{
		Family: syscall.AF_INET, Prefixlen: 32, Scope: syscall.RT_SCOPE_HOST, Index: uint32(index),
	})
	for _, kind := range []uint16{syscall.IFA_LOCAL, syscall.IFA_ADDRESS} {
		put(syscall.RtAttr{Len: syscall.SizeofRtAttr + 4, Type: kind})
		body.Write(ip)
	}
	var message bytes.Buffer
	_ = binary.Write(&message, binary.NativeEndian, syscall.NlMsghdr{
		Len:   uint32(syscall.SizeofNlMsghdr + body.Len()),
		Type:  syscall.RTM_NEWADDR,
		Flags: syscall.NLM_F_REQUEST | syscall.NLM_F_ACK | syscall.NLM_F_CREATE | syscall.NLM_F_REPLACE,
		Seq:   1,
	})
	message.Write(body.Bytes())
	return message.Bytes()
}

func acknowledged(answer []byte) error {
	messages, err := syscall.ParseNetlinkMessage(answer)
	if err != nil {
		return fmt.Errorf("netlink: %w", err)
	}
	for _, message := range messages {
		if message.Header.Type != syscall.NLMSG_ERROR || len(message.Data) < 4 {
			continue
		}
		if code := int32(binary.NativeEndian.Uint32(message.Data)); code != 0 {
			return syscall.Errno(-code)
		}
	}
	return nil
}
