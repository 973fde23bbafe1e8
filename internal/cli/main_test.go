package cli

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// against runs photon where AWS is at an endpoint.
func against(t *testing.T, ctx context.Context, endpoint string, args ...string) (code int, out, talk string) {
	t.Helper()
	hideAWS(t)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any",
	} {
		t.Setenv(name, value)
	}
	file := filepath.Join(t.TempDir(), "deployment.json")
	if err := os.WriteFile(file, []byte(`{ "name": "orders", "image": "127.0.0.1:1/orders:1" }`), 0o600); err != nil {
		t.Fatal(err)
	}
	var data, errs bytes.Buffer
	code = Main(ctx, append(args, "--file", file), Streams{In: &bytes.Buffer{}, Out: &data, Err: &errs})
	return code, data.String(), errs.String()
}

func TestAnInterruptionBeforeAnythingIsChangedIsToldAsOne(t *testing.T) {
	const want = "error: interrupted before anything was changed\n"
	for _, verb := range [][]string{nil, {"plan"}, {"status"}, {"wait"}} {
		t.Run(strings.Join(verb, " "), func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // only then is it seen that the caller has gone
				interrupt()
				<-r.Context().Done()
			}))
			defer server.Close()
			for _, when := range []string{"at the first call", "from the start"} {
				code, out, talk := against(t, ctx, server.URL, verb...)
				if code != exitInterrupt || out != "" || talk != want {
					t.Errorf("%s: exit code %d, want %d; out %q; talk:\n%s\nwant:\n%s", when, code, exitInterrupt, out, talk, want)
				}
			}
		})
	}
}

func TestColoursAreForTerminalsOnly(t *testing.T) {
	tests := []struct {
		name string
		std  Streams
		args []string
		data bool // painted
		talk bool
	}{
		{"a terminal", Streams{Terminal: true}, nil, true, true},
		{"data that is piped", Streams{Terminal: true, Piped: true}, nil, false, true},
		{"CI", Streams{Piped: true}, nil, false, false},
		{"no colours wanted", Streams{Terminal: true}, []string{"--no-color"}, false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := &app{std: test.std}
			a.flags.noColor = len(test.args) > 0
			t.Setenv("NO_COLOR", "")
			if data, talk := bool(a.data().Paint), bool(a.person().Paint); data != test.data || talk != test.talk {
				t.Errorf("data painted: %v, talk painted: %v; want %v and %v", data, talk, test.data, test.talk)
			}
		})
	}
}
