package cloud_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// recorder counts the calls that change something, and can break calls.
type recorder struct {
	next    http.RoundTripper
	latency time.Duration
	broke   func(operation string) error // may be nil; called after the call took effect

	// refuse returns the status with which call n is refused; 0 lets it pass.
	refuse func(n int) int

	mu    sync.Mutex
	count int
	calls []string
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	operation := operationOf(request)
	r.mu.Lock()
	r.calls = append(r.calls, operation)
	r.count++
	n := r.count
	r.mu.Unlock()
	if r.refuse != nil {
		if status := r.refuse(n); status != 0 {
			return refusal(request, operation, status), nil
		}
	}
	time.Sleep(r.latency)
	answer, err := r.next.RoundTrip(request)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil && r.broke != nil {
		if broken := r.broke(operation); broken != nil {
			return nil, broken
		}
	}
	return answer, err
}

// refusal is a throttled call for 400, and a broken server else.
func refusal(request *http.Request, operation string, status int) *http.Response {
	body, kind := `{"__type":"ThrottlingException","message":"Rate exceeded"}`, "application/x-amz-json-1.1"
	if request.Header.Get("X-Amz-Target") == "" {
		body, kind = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>", "text/xml"
	}
	if strings.Contains(operation, "Security") || strings.Contains(operation, "Subnet") { // EC2
		body = "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Rate exceeded</Message></Error></Errors></Response>"
	}
	if status != http.StatusBadRequest {
		body = ""
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: http.Header{"Content-Type": {kind}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: request,
	}
}

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

// during forgets the calls made before f and returns those made in it.
func (r *recorder) during(f func()) []string {
	r.mu.Lock()
	r.calls = nil
	r.mu.Unlock()
	f()
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

func mutating(calls []string) []string {
	return slices.DeleteFunc(slices.Clone(calls), func(operation string) bool {
		return slices.ContainsFunc([]string{"Describe", "List", "Get", "BatchGet", "Filter"}, func(prefix string) bool {
			return strings.HasPrefix(operation, prefix)
		})
	})
}
