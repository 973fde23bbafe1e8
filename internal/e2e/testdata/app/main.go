// App is a service whose behaviour its environment chooses, well-behaved by
// default: it says its version, is healthy, and finishes open requests on
// SIGTERM.
//
//	VERSION    what it answers
//	CRASH      exit at once with this code, after a last word
//	UNHEALTHY  /healthz answers 503
//	EAT        megabytes of memory to fill
//	SECRET     never printed; its length is at /secret
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

var hoard [][]byte

func main() {
	version := os.Getenv("VERSION")
	log.SetFlags(0)
	log.Printf("version %s starts", version)
	if code, err := strconv.Atoi(os.Getenv("CRASH")); err == nil {
		log.Print("cannot open the cupboard: it is locked")
		os.Exit(code)
	}
	if size, err := strconv.Atoi(os.Getenv("EAT")); err == nil {
		eat(size)
	}
	serve(version)
}

// eat fills memory, a page at a time, so that the kernel really hands it out.
func eat(megabytes int) {
	for range megabytes {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		hoard = append(hoard, block)
	}
}

func serve(version string) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, version) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(500 * time.Millisecond)
		fmt.Fprintln(w, version)
	})
	mux.HandleFunc("/secret", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, len(os.Getenv("SECRET"))) })
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if os.Getenv("UNHEALTHY") != "" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server := &http.Server{Addr: ":8080", Handler: mux}
	go server.ListenAndServe()
	<-ctx.Done()
	log.Printf("version %s ends", version)
	finish, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	server.Shutdown(finish)
}
