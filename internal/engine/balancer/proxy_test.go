package balancer_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// single routes everything to one target.
func (w *world) single(where string) {
	w.balancer.Serve(groupARN("web"), at(where), nil)
	w.route(weights(0, "web", 1))
}

func TestTheTargetLearnsWhereTheRequestCameFrom(t *testing.T) {
	inBubble(t, func(w *world) {
		w.backend("10.0.0.1:80", func(rw http.ResponseWriter, r *http.Request) {
			for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Amzn-Trace-Id", "Connection", "X-Secret"} {
				io.WriteString(rw, name+"="+r.Header.Get(name)+"\n")
			}
			io.WriteString(rw, "Host="+r.Host)
		})
		w.single("10.0.0.1:80")
		_, body := w.get("/", "X-Forwarded-For: 1.2.3.4", "x-forwarded-for: 5.6.7.8", "X-Forwarded-Proto: https", "Connection: x-secret", "X-Secret: 1")
		want := regexp.MustCompile(`^X-Forwarded-For=1\.2\.3\.4, 5\.6\.7\.8, 10\.9\.9\.9
X-Forwarded-Proto=http
X-Forwarded-Port=80
X-Amzn-Trace-Id=Root=1-[0-9a-f]{8}-[0-9a-f]{24}
Connection=
X-Secret=
Host=shop\.example\.com$`)
		if !want.MatchString(body) {
			t.Errorf("got\n%s", body)
		}
		_, body = w.get("/", "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678")
		if !regexp.MustCompile(`X-Amzn-Trace-Id=Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678\n`).MatchString(body) {
			t.Errorf("got\n%s", body)
		}
	})
}

func TestBodiesPassInEveryFraming(t *testing.T) {
	long := strings.Repeat("0123456789", 20000)
	cases := []struct{ name, request, method, want string }{
		{"a length that fits the buffer", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "POST", "hello"},
		{"a long body", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + long, "POST", long},
		{"chunks", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n4\r\n you\r\n0\r\n\r\n", "POST", "hello you"},
		{"chunks with a trailer", "POST /trailer HTTP/1.1\r\nHost: a\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 42\r\n\r\n", "POST", "42"},
		{"HEAD", "HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD", ""},
		{"no content", "GET /empty HTTP/1.1\r\nHost: a\r\n\r\n", "GET", ""},
		{"HTTP/1.0 and a streamed response", "GET /stream HTTP/1.0\r\n\r\n", "GET", "onetwo"},
		{"a streamed response", "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "onetwo"},
	}
	inBubble(t, func(w *world) {
		w.backend("10.0.0.1:80", func(rw http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/echo":
				body, _ := io.ReadAll(r.Body)
				rw.Write(body)
			case "/trailer":
				io.Copy(io.Discard, r.Body)
				io.WriteString(rw, r.Trailer.Get("X-Sum"))
			case "/empty":
				rw.WriteHeader(http.StatusNoContent)
			case "/stream":
				io.WriteString(rw, "one")
				rw.(http.Flusher).Flush()
				time.Sleep(time.Second)
				io.WriteString(rw, "two")
			}
		})
		w.single("10.0.0.1:80")
		for _, c := range cases {
			p := w.dial()
			go p.send(c.request)
			if _, got := p.response(c.method); got != c.want {
				t.Errorf("%s: got %.20q (%d bytes), want %.20q", c.name, got, len(got), c.want)
			}
			synctest.Wait()
			if strings.Contains(c.request, "HTTP/1.1") { // the connection goes on
				if r, _ := p.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n").response("GET"); r.StatusCode != 204 {
					t.Errorf("%s: the next request got %d", c.name, r.StatusCode)
				}
			}
			p.Close()
		}
	})
}

func TestATrailerOfTheResponseIsPassedOn(t *testing.T) {
	inBubble(t, func(w *world) {
		w.backend("10.0.0.1:80", func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Trailer", "X-Sum")
			io.WriteString(rw, "body")
			rw.Header().Set("X-Sum", "7")
		})
		w.single("10.0.0.1:80")
		p := w.dial()
		r, body := p.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").response("GET")
		if body != "body" || r.Trailer.Get("X-Sum") != "7" {
			t.Errorf("%q with trailer %v", body, r.Trailer)
		}
	})
}

func TestInterimResponsesArePassedOn(t *testing.T) {
	inBubble(t, func(w *world) {
		w.backend("10.0.0.1:80", func(rw http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			rw.Write(body)
		})
		w.single("10.0.0.1:80")
		p := w.dial().send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
		if line, _ := p.reader.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" {
			t.Fatalf("got %q", line)
		}
		p.reader.ReadString('\n')
		if _, body := p.send("hello").response("POST"); body != "hello" {
			t.Errorf("got %q", body)
		}
	})
}

func TestAnAnswerBeforeTheEndOfTheRequestEndsTheConnection(t *testing.T) {
	inBubble(t, func(w *world) {
		w.raw("10.0.0.1:80", func(c net.Conn, r *bufio.Reader) {
			http.ReadRequest(r)
			io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
			io.Copy(io.Discard, r)
		})
		w.single("10.0.0.1:80")
		p := w.dial().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nsome")
		r, body := p.response("POST")
		if r.StatusCode != 413 || body != "no" || !r.Close {
			t.Errorf("%d %q close=%v", r.StatusCode, body, r.Close)
		}
		if _, err := p.reader.ReadByte(); err != io.EOF {
			t.Errorf("after the response: %v", err)
		}
	})
}

func TestAnUpgradedConnectionBecomesATunnel(t *testing.T) {
	inBubble(t, func(w *world) {
		w.raw("10.0.0.1:80", func(c net.Conn, r *bufio.Reader) {
			request, _ := http.ReadRequest(r)
			if request.Header.Get("Upgrade") != "echo" || request.Header.Get("Connection") != "Upgrade" {
				return
			}
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
			io.Copy(c, r)
		})
		w.single("10.0.0.1:80")
		p := w.dial().send("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo\r\n\r\n")
		r, err := http.ReadResponse(p.reader, nil)
		if err != nil || r.StatusCode != 101 || r.Header.Get("Upgrade") != "echo" {
			t.Fatalf("%v %v", r, err)
		}
		for _, word := range []string{"ping", "pong"} {
			p.send(word)
			got := make([]byte, 4)
			if io.ReadFull(p.reader, got); string(got) != word {
				t.Errorf("got %q, want %q", got, word)
			}
			time.Sleep(idle / 2)
		}
		time.Sleep(2 * idle)
		if _, err := p.reader.ReadByte(); err != io.EOF {
			t.Errorf("a silent tunnel: %v", err)
		}
	})
}

func TestAmbiguousRequestsAreRefused(t *testing.T) {
	cases := []struct {
		request string
		status  int
	}{
		{"GET / HTTP/1.1\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", 400},
		{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 400},
		{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		{"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400},
		{"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
		{"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 405},
		{"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
		{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		{"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("y", 70000) + "\r\n\r\n", 400},
	}
	inBubble(t, func(w *world) {
		w.backend("10.0.0.1:80", func(_ http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err == nil {
				t.Error("a refused request reached the target")
			}
		})
		w.single("10.0.0.1:80")
		for _, c := range cases {
			p := w.dial()
			go io.WriteString(p.Conn, c.request)
			if r, _ := p.response("GET"); r.StatusCode != c.status || !r.Close {
				t.Errorf("%.60q: got %d close=%v, want %d", c.request, r.StatusCode, r.Close, c.status)
			}
			p.Close()
		}
	})
}
