package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// spying keeps one header of each request that h gets.
func spying(h http.Handler, header string, seen *string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*seen = r.Header.Get(header)
		h.ServeHTTP(w, r)
	})
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

func TestTransportIsLikeAServer(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.RequestURI != "/a?b=c" || r.Host != "engine.test" {
			t.Errorf("got %q, %v, %q, %q", body, err, r.RequestURI, r.Host)
		}
		w.Header().Set("X-A", "1")
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK)
		w.Header().Set("X-A", "too late")
		if _, err := w.Write(append([]byte("got "), body...)); err != nil {
			t.Error(err)
		}
	})
	body := &closing{Reader: strings.NewReader("x")}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://engine.test/a?b=c", body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := Transport(handler).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil || string(answer) != "got x" || resp.ContentLength != 5 {
		t.Errorf("body %q, %v, length %d", answer, err, resp.ContentLength)
	}
	if resp.Status != "418 I'm a teapot" || resp.Header.Get("X-A") != "1" || !body.closed {
		t.Errorf("status %s, header %v, closed %v", resp.Status, resp.Header, body.closed)
	}
}

func TestTransportGivesTheContextsError(t *testing.T) {
	called := false
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		called = true
		<-r.Context().Done()
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		for _, wantCalled := range []bool{true, false} {
			called = false
			body := &closing{Reader: strings.NewReader("")}
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://engine.test/", body)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Transport(handler).RoundTrip(r)
			if !errors.Is(err, context.DeadlineExceeded) || !body.closed || called != wantCalled {
				t.Errorf("got %v, closed %v, called %v", err, body.closed, called)
			}
		}
	})
}

func TestTheSDKWorksInsideABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := NewService("ecs")
		Op(service, "DescribeServices", func(ctx context.Context, _ *ecs.DescribeServicesInput) (*ecs.DescribeServicesOutput, error) {
			time.Sleep(time.Minute)
			return nil, Fault("ServerException", "later")
		})
		start := time.Now()
		_, err := clients(NewMux(service))["ecs"].(*ecs.Client).DescribeServices(t.Context(), &ecs.DescribeServicesInput{Services: []string{"a"}})
		if took := time.Since(start); err == nil || took < time.Minute || took > 2*time.Minute {
			t.Errorf("got %v after %v", err, took)
		}
	})
}
