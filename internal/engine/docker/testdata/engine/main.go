// Command engine is the pause program of the tests, as Photon's main is in a
// real engine. It does nothing else.
package main

import (
	"os"

	"photon/internal/engine/docker"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == docker.PauseCommand {
		os.Exit(docker.Pause(os.Args[2:]))
	}
	os.Exit(2)
}
