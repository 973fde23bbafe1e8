package docker

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
)

// PauseCommand is the first argument that makes Photon the pause program of a
// task. Main must look for it before anything else and then call Pause.
const PauseCommand = "internal-pause"

// metadataAddress is where every task finds its metadata and credentials.
const metadataAddress = "169.254.170.2"

// Pause is the program that runs in a pause container. It holds the network
// namespace, owns the metadata address inside it and passes connections on to
// the socket that args names. It returns the exit code.
func Pause(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: photon "+PauseCommand+" <socket>")
		return 2
	}
	if err := pause(args[0]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func pause(socket string) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	if err := addLoopbackAddress(net.ParseIP(metadataAddress)); err != nil {
		return fmt.Errorf("address %s: %w", metadataAddress, err)
	}
	listener, err := net.Listen("tcp4", net.JoinHostPort(metadataAddress, "80"))
	if err != nil {
		return err
	}
	go accept(listener, socket) // ends with the process, which is its owner
	if err := announce(socket); err != nil {
		return fmt.Errorf("metadata socket: %w", err)
	}
	debug.FreeOSMemory() // what the start of so large a program left behind
	<-signals
	return listener.Close()
}

// announce tells the engine that the address answers.
func announce(socket string) error {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.0\r\n\r\n", readyPath); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, conn)
	return err
}

func accept(listener net.Listener, socket string) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go pass(conn, socket)
	}
}

// pass copies one connection both ways. The bytes are HTTP, but only the
// engine needs to understand them.
func pass(conn net.Conn, socket string) {
	defer conn.Close()
	upstream, err := net.Dial("unix", socket)
	if err != nil {
		return // the engine is not running; the task sees a closed connection
	}
	defer upstream.Close()
	var done sync.WaitGroup
	done.Go(func() {
		_, _ = io.Copy(upstream, conn)
		_ = upstream.(*net.UnixConn).CloseWrite()
	})
	_, _ = io.Copy(conn, upstream)
	_ = conn.(*net.TCPConn).CloseWrite()
	done.Wait()
}
