//go:build docker

package docker

import goruntime "runtime"

func goArch() string { return goruntime.GOARCH }
