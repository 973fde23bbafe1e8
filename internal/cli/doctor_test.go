package cli

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// denied refuses an operation as AWS does to who may not call it.
func denied(operation string) disturbance {
	return func(_ int, request *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
		if operationOf(request) != operation {
			return send()
		}
		return &http.Response{
			StatusCode: http.StatusBadRequest, Request: request, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
			Body: io.NopCloser(strings.NewReader(`{"__type":"AccessDeniedException","message":"User u may not"}`)),
		}, nil
	}
}

// Quotas are good to know, and nobody needs the permission to read them.
func TestTheDoctorDoesWithoutQuotas(t *testing.T) {
	inWorld(t, func(w *world) {
		r := w.ends(w.photonOn(w.Context(), &line{disturb: denied("GetServiceQuota")}, "doctor"), exitDone)
		w.says(r.out, "unknown  quotas         quota ", ": permission denied for GetServiceQuota: User u may not\n")
		if strings.Contains(r.out, "missing") {
			w.Errorf("something is missing:\n%s", r.out)
		}
	})
}
