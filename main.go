// Photon deploys what one file describes: see README.md.
package main

import (
	"os"

	"photon/internal/cli"
	"photon/internal/engine/docker"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == docker.PauseCommand {
		os.Exit(docker.Pause(os.Args[2:]))
	}
	os.Exit(cli.Run())
}
