package cli

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// call is one request of a run.
type call struct {
	operation    string
	began, ended time.Time
}

// mutates reports whether the call asks for a change.
func (c call) mutates() bool {
	return !slices.ContainsFunc([]string{"Describe", "List", "Get", "BatchGet", "Filter", "GET ", "HEAD "}, func(read string) bool {
		return strings.HasPrefix(c.operation, read)
	})
}

// line carries the calls of one run to the engine, writes them down and may
// disturb them.
type line struct {
	next    http.RoundTripper
	latency time.Duration // of each call
	disturb disturbance   // nil: none

	mu    sync.Mutex
	calls []call
}

// disturbance says what becomes of call n of a run, from 1; send lets it take
// effect.
type disturbance func(n int, request *http.Request, send func() (*http.Response, error)) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (l *line) RoundTrip(request *http.Request) (*http.Response, error) {
	n := l.note(request)
	send := func() (*http.Response, error) {
		time.Sleep(l.latency)
		return l.next.RoundTrip(request)
	}
	defer l.noteEnd(n)
	if l.disturb == nil {
		return send()
	}
	return l.disturb(n, request, send)
}

func (l *line) note(request *http.Request) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, call{operation: operationOf(request), began: time.Now()})
	return len(l.calls)
}

func (l *line) noteEnd(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls[n-1].ended = time.Now()
}

func (l *line) taken() []call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls)
}

// operationOf is the name of the API call that a request makes.
func operationOf(request *http.Request) string {
	if target := request.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndex(target, ".")+1:]
	}
	if request.Body == nil {
		return request.Method + " " + request.URL.Path
	}
	text, _ := io.ReadAll(request.Body)
	request.Body = io.NopCloser(strings.NewReader(string(text)))
	for part := range strings.SplitSeq(string(text), "&") {
		if action, ok := strings.CutPrefix(part, "Action="); ok {
			return action
		}
	}
	return request.Method + " " + request.URL.Path
}

var (
	errKilled = errors.New("the process is gone")
	errBroken = errors.New("connection reset by peer")
)

// killedAfter ends the run when call n has taken effect: nothing gets through
// any more, and end, which ends the run's context, is called.
func killedAfter(n int, end func()) disturbance {
	return func(i int, _ *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
		if i > n {
			return nil, errKilled
		}
		answer, err := send()
		if i == n {
			end()
		}
		return answer, err
	}
}

// answerLost breaks the connection when call n has taken effect.
func answerLost(n int) disturbance {
	return func(i int, _ *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
		answer, err := send()
		if i != n || err != nil {
			return answer, err
		}
		answer.Body.Close()
		return nil, errBroken
	}
}

// throttled refuses every third call, as AWS does when they are too many.
func throttled(i int, request *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
	if i%3 == 0 {
		return throttle(request), nil
	}
	return send()
}

// brokenOnce answers call n as a server does that is out of order.
func brokenOnce(n int) disturbance {
	return func(i int, request *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
		if i == n {
			return answer(request, http.StatusServiceUnavailable, "text/plain", ""), nil
		}
		return send()
	}
}

// throttle is AWS's refusal in the protocol of the request.
func throttle(request *http.Request) *http.Response {
	if strings.HasPrefix(request.URL.Path, "/v2/") {
		return answer(request, http.StatusTooManyRequests, "application/json", `{"errors":[{"code":"TOOMANYREQUESTS"}]}`)
	}
	if request.Header.Get("X-Amz-Target") != "" {
		return answer(request, http.StatusBadRequest, "application/x-amz-json-1.1",
			`{"__type":"ThrottlingException","message":"Rate exceeded"}`)
	}
	if strings.Contains(request.Header.Get("Authorization"), "/ec2/aws4_request") {
		return answer(request, http.StatusServiceUnavailable, "text/xml",
			"<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors></Response>")
	}
	return answer(request, http.StatusBadRequest, "text/xml",
		"<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>")
}

func answer(request *http.Request, status int, kind, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: http.Header{"Content-Type": {kind}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: request,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
}

// names lists the operations of calls.
func names(calls []call) string {
	var list []string
	for _, c := range calls {
		list = append(list, c.operation)
	}
	return strings.Join(list, " ")
}

// mutating picks the calls that ask for a change.
func mutating(calls []call) []call {
	return slices.DeleteFunc(slices.Clone(calls), func(c call) bool { return !c.mutates() })
}

// before lets something happen just before an operation's first call.
func before(operation string, happen func()) disturbance {
	var once sync.Once
	return func(_ int, request *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
		if operationOf(request) == operation {
			once.Do(happen)
		}
		return send()
	}
}
