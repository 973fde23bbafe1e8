//go:build !linux

package docker

import (
	"errors"
	"net"
)

func addLoopbackAddress(net.IP) error {
	return errors.New("pause containers run on Linux only")
}
