package balancer_test

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestErrorsOfTheLoadBalancer(t *testing.T) {
	hangUp := func(c net.Conn, r *bufio.Reader) { http.ReadRequest(r) }
	silent := func(c net.Conn, r *bufio.Reader) { io.Copy(io.Discard, r) }
	nonsense := func(c net.Conn, r *bufio.Reader) {
		http.ReadRequest(r)
		io.WriteString(c, "SSH-2.0-x\r\n\r\n")
	}
	cases := []struct {
		name   string
		serve  func(c net.Conn, r *bufio.Reader)
		status int
		after  time.Duration
	}{
		{"no target", nil, 503, 0},
		{"a target that hangs up", hangUp, 502, 0},
		{"a target that does not speak HTTP", nonsense, 502, 0},
		{"a target that says nothing", silent, 504, idle},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				w.route(weights(0, "web", 1))
				if c.serve != nil {
					w.raw("10.0.0.1:80", c.serve)
					w.single("10.0.0.1:80")
				}
				began := time.Now()
				r, body := w.get("/")
				if r.StatusCode != c.status || r.Header.Get("Server") != "awselb/2.0" || !strings.Contains(body, fmt.Sprint(c.status)) {
					t.Errorf("%d %v %q", r.StatusCode, r.Header, body)
				}
				if took := time.Since(began); took != c.after {
					t.Errorf("it took %s, want %s", took, c.after)
				}
			})
		})
	}
}

func TestOnlyRefusedTargetsAre502(t *testing.T) {
	inBubble(t, func(w *world) {
		w.single("10.0.0.1:80")
		w.expect("/", 502, "")
	})
}

func TestARefusedConnectionGoesToAnotherTarget(t *testing.T) {
	inBubble(t, func(w *world) {
		w.backend("10.0.0.2:80", says("alive"))
		w.balancer.Serve(groupARN("web"), at("10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"), nil)
		w.route(weights(0, "web", 1))
		for range 20 {
			p := w.dial()
			if r, body := p.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi").response("POST"); r.StatusCode != 200 || body != "alive" {
				t.Errorf("%d %q", r.StatusCode, body)
			}
			p.Close()
		}
	})
}

// A target may close a connection that it kept, at any moment.
func TestAConnectionThatTheTargetClosedIsNotNoticed(t *testing.T) {
	inBubble(t, func(w *world) {
		w.raw("10.0.0.1:80", func(c net.Conn, r *bufio.Reader) {
			request, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			io.Copy(io.Discard, request.Body)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		})
		w.single("10.0.0.1:80")
		p := w.dial()
		for i, request := range []string{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"} {
			for range 5 {
				if r, body := p.send(request).response("GET"); r.StatusCode != 200 || body != "ok" {
					t.Fatalf("request %d: %d %q", i, r.StatusCode, body)
				}
				synctest.Wait()
			}
		}
	})
}

func TestConnectionsToTargetsAreReused(t *testing.T) {
	inBubble(t, func(w *world) {
		w.backend("10.0.0.1:80", says("ok"))
		w.single("10.0.0.1:80")
		for range 50 {
			w.expect("/", 200, "ok")
			synctest.Wait()
		}
		if n := w.net.dialled["10.0.0.1:80"]; n != 1 {
			t.Errorf("dialled %d times", n)
		}
	})
}

func TestADrainingTargetFinishesItsRequests(t *testing.T) {
	inBubble(t, func(w *world) {
		w.backend("10.0.0.1:80", func(rw http.ResponseWriter, r *http.Request) {
			time.Sleep(5 * time.Second)
			io.WriteString(rw, "old")
		})
		w.backend("10.0.0.2:80", says("new"))
		w.single("10.0.0.1:80")
		target := at("10.0.0.1:80")[0]
		p := w.dial().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		time.Sleep(time.Second)
		if n := w.balancer.Busy(groupARN("web"), target); n != 1 {
			t.Errorf("busy with %d requests", n)
		}
		w.balancer.Serve(groupARN("web"), at("10.0.0.2:80"), at("10.0.0.1:80"))
		for range 10 {
			w.expect("/", 200, "new")
		}
		if _, body := p.response("GET"); body != "old" {
			t.Errorf("the request in flight got %q", body)
		}
		synctest.Wait()
		if n := w.balancer.Busy(groupARN("web"), target); n != 0 {
			t.Errorf("busy with %d requests after the drain", n)
		}
	})
}

func TestARemovedTargetLosesAllItsConnections(t *testing.T) {
	inBubble(t, func(w *world) {
		var open atomic.Int32
		w.raw("10.0.0.1:80", func(c net.Conn, r *bufio.Reader) {
			open.Add(1)
			defer open.Add(-1)
			for {
				request, err := http.ReadRequest(r)
				if err != nil {
					return
				}
				if request.URL.Path == "/hang" {
					io.Copy(io.Discard, r)
					return
				}
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
		})
		w.single("10.0.0.1:80")
		busy := w.dial().send("GET /hang HTTP/1.1\r\nHost: a\r\n\r\n")
		synctest.Wait()
		w.expect("/", 200, "ok")
		synctest.Wait()
		if n := open.Load(); n != 2 {
			t.Errorf("%d connections before it drains", n)
		}
		w.balancer.Serve(groupARN("web"), nil, at("10.0.0.1:80"))
		synctest.Wait()
		if n := open.Load(); n != 1 {
			t.Errorf("%d connections while it drains, want the busy one", n)
		}
		w.balancer.Serve(groupARN("web"), nil, nil)
		if r, _ := busy.response("GET"); r.StatusCode != 502 {
			t.Errorf("the request that was cut off got %d", r.StatusCode)
		}
		synctest.Wait()
		if n := open.Load(); n != 0 {
			t.Errorf("%d connections are left", n)
		}
	})
}

func TestAClientThatHangsUpIsNotWaitedFor(t *testing.T) {
	inBubble(t, func(w *world) {
		began := time.Now()
		var ended time.Duration
		w.raw("10.0.0.1:80", func(c net.Conn, r *bufio.Reader) {
			io.Copy(io.Discard, r)
			ended = time.Since(began)
		})
		w.single("10.0.0.1:80")
		p := w.dial().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		time.Sleep(time.Second)
		p.Close()
		synctest.Wait()
		if ended != time.Second {
			t.Errorf("the target's connection ended after %s", ended)
		}
	})
}

func TestRequestsAreCounted(t *testing.T) {
	inBubble(t, func(w *world) {
		w.backend("10.0.0.1:80", func(rw http.ResponseWriter, r *http.Request) {
			time.Sleep(100 * time.Millisecond)
			rw.WriteHeader(map[string]int{"/ok": 200, "/moved": 302, "/bad": 404, "/broken": 500}[r.URL.Path])
		})
		w.single("10.0.0.1:80")
		for _, path := range []string{"/ok", "/ok", "/moved", "/bad", "/broken"} {
			w.get(path)
		}
		w.balancer.Serve(groupARN("web"), nil, nil)
		w.get("/ok")
		time.Sleep(2 * time.Second)
		w.mu.Lock()
		defer w.mu.Unlock()
		const lb, tg = " app/web/0123456789abcdef ", "targetgroup/web/0123456789abcdef"
		want := map[string]float64{
			"RequestCount" + lb: 6, "RequestCount" + lb + tg: 6,
			"HTTPCode_Target_2XX_Count" + lb: 2, "HTTPCode_Target_2XX_Count" + lb + tg: 2,
			"HTTPCode_Target_3XX_Count" + lb: 1, "HTTPCode_Target_3XX_Count" + lb + tg: 1,
			"HTTPCode_Target_4XX_Count" + lb: 1, "HTTPCode_Target_4XX_Count" + lb + tg: 1,
			"HTTPCode_Target_5XX_Count" + lb: 1, "HTTPCode_Target_5XX_Count" + lb + tg: 1,
			"HTTPCode_ELB_5XX_Count" + lb: 1, "HTTPCode_ELB_503_Count" + lb: 1,
		}
		for name, n := range want {
			if w.metrics[name] != n {
				t.Errorf("%s is %v, want %v", name, w.metrics[name], n)
			}
		}
		for _, name := range []string{"TargetResponseTime" + lb, "TargetResponseTime" + lb + tg} {
			if sum := w.metrics[name]; sum < 0.48 || sum > 0.52 {
				t.Errorf("%s: %v seconds of 5 requests, want about 0.5; have %v", name, sum, slices.Sorted(maps.Keys(w.metrics)))
			}
		}
	})
}

func TestAClosedListenerFinishesWhatItBegan(t *testing.T) {
	inBubble(t, func(w *world) {
		w.backend("10.0.0.1:80", func(rw http.ResponseWriter, r *http.Request) {
			time.Sleep(3 * time.Second)
			io.WriteString(rw, "late")
		})
		w.single("10.0.0.1:80")
		quiet := w.dial()
		busy := w.dial().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		time.Sleep(time.Second)
		w.balancer.Close(listenerARN)
		if _, err := quiet.reader.ReadByte(); err != io.EOF {
			t.Errorf("the idle connection: %v", err)
		}
		if r, body := busy.response("GET"); body != "late" || !r.Close {
			t.Errorf("%q, close %v", body, r.Close)
		}
		if _, err := w.net.Dial(w.Context(), netip.MustParseAddrPort(front+":80")); err == nil {
			t.Error("the listener still accepts")
		}
	})
}

func TestTheEndCutsOffWhatIsStillGoingOn(t *testing.T) {
	inBubble(t, func(w *world) {
		w.raw("10.0.0.1:80", func(c net.Conn, r *bufio.Reader) { io.Copy(io.Discard, r) })
		w.single("10.0.0.1:80")
		p := w.dial().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		synctest.Wait()
		w.balancer.Close(listenerARN)
		began := time.Now()
		w.Cleanup(func() {
			if took := time.Since(began); took != 0 {
				t.Errorf("the end took %s", took)
			}
			p.Close()
		})
	})
}
