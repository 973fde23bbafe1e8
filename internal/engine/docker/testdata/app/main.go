// Command app is what the tests run in containers. Its first argument says how
// it behaves.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	behave, ok := behaviours[os.Args[1]]
	if !ok {
		fmt.Fprintln(os.Stderr, "no such behaviour:", os.Args[1])
		os.Exit(2)
	}
	os.Exit(behave(os.Args[2:]))
}

var behaviours = map[string]func(args []string) int{
	"serve":  serve,
	"exit":   exit,
	"obey":   obey,
	"ignore": ignore,
	"eat":    eat,
	"lines":  lines,
	"get":    get,
	"check":  check,
	"show":   show,
}

// serve answers on a port with its text until it is told to stop.
func serve(args []string) int {
	started := time.Now()
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, args[1]) })
	http.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		if len(args) > 2 && time.Since(started) > time.Second {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	go http.ListenAndServe(":"+args[0], nil)
	return obey(nil)
}

func exit(args []string) int {
	code, _ := strconv.Atoi(args[0])
	return code
}

func obey([]string) int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	<-signals
	return 0
}

func ignore([]string) int {
	signal.Ignore(syscall.SIGTERM)
	fmt.Println("ignoring")
	select {
	case <-time.After(time.Hour):
		return 0
	}
}

func eat([]string) int {
	var eaten [][]byte
	for {
		block := make([]byte, 8<<20)
		for i := range block {
			block[i] = byte(i)
		}
		eaten = append(eaten, block)
		if len(eaten) > 1000 {
			return 0
		}
	}
}

// lines writes numbered lines to both streams, and a last one without an end.
func lines(args []string) int {
	n, _ := strconv.Atoi(args[0])
	for i := range n {
		fmt.Println("out", i)
		fmt.Fprintln(os.Stderr, "err", i)
	}
	fmt.Print("end")
	return 0
}

func get(args []string) int {
	for range 50 {
		response, err := http.Get(args[0])
		if err == nil {
			body, _ := io.ReadAll(response.Body)
			fmt.Printf("%d %s", response.StatusCode, body)
			return 0
		}
		time.Sleep(100 * time.Millisecond)
	}
	return 1
}

func check(args []string) int {
	response, err := http.Get(args[0])
	if err != nil || response.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}

// show writes what its surroundings are.
func show(args []string) int {
	for _, what := range args {
		switch {
		case what == "cwd":
			cwd, _ := os.Getwd()
			fmt.Println("cwd", cwd)
		case what == "uid":
			fmt.Println("uid", os.Getuid())
		case what == "write":
			fmt.Println("write", os.WriteFile("/probe", nil, 0o600) == nil)
		case what == "nofile":
			var limit syscall.Rlimit
			_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
			fmt.Println("nofile", limit.Max)
		case what == "caps":
			status, _ := os.ReadFile("/proc/self/status")
			for line := range strings.Lines(string(status)) {
				if strings.HasPrefix(line, "CapBnd:") {
					fmt.Print(line)
				}
			}
		case strings.HasPrefix(what, "$"):
			fmt.Println(what[1:], os.Getenv(what[1:]))
		}
	}
	return 0
}
