package ecs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

// want ends the test when a call failed.
func want[T any](t *testing.T) func(T, error) T {
	return func(out T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// faultText is an error as "Code: message".
func faultText(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return fmt.Sprint(err)
}

// events are the service's events, oldest first, with ids replaced.
func (w *world) events() string {
	var lines []string
	for _, event := range w.service().Events {
		lines = append(lines, w.plain(*event.Message))
	}
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}

// plain replaces what is different in every run: revisions by their order,
// tasks by T.
func (w *world) plain(text string) string {
	var revisions []revision
	for _, r := range w.rows.revisions.All("") {
		revisions = append(revisions, r)
	}
	slices.SortFunc(revisions, func(a, b revision) int { return a.CreatedAt.Compare(*b.CreatedAt) })
	for i, r := range revisions {
		text = strings.ReplaceAll(text, r.ID, fmt.Sprint(i+1))
	}
	for _, t := range w.rows.tasks.All("") {
		text = strings.ReplaceAll(text, t.id(), "T")
	}
	return strings.ReplaceAll(text, group, "G")
}

// get asks a running task for a path on port 8080.
func (w *world) get(shown types.Task, path string) string {
	w.t.Helper()
	row, _ := w.rows.tasks.Get("123456789012/us-east-1/default/" + last(*shown.TaskArn))
	at := netip.AddrPortFrom(row.Interface.Address, 8080)
	response, err := w.web(at).Get("http://" + at.String() + path)
	if err != nil {
		w.t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	return string(body)
}

func (w *world) dialer(at netip.AddrPort) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) { return w.runtime.Dial(ctx, at) }
}

// spot gives the default cluster both capacity providers.
func (w *world) spot() {
	w.t.Helper()
	want[*ecs.PutClusterCapacityProvidersOutput](w.t)(w.PutClusterCapacityProviders(w.ctx, &ecs.PutClusterCapacityProvidersInput{
		Cluster: aws.String("default"), CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"},
	}))
}

// clear removes what an engine has left running.
func (w *world) clear() {
	w.t.Helper()
	if err := w.runtime.Clear(w.ctx); err != nil {
		w.t.Fatal(err)
	}
	clear(w.attached)
}

// lines are what has been logged, by group and stream.
func (w *world) lines() map[string][]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.logs)
}

// collect is the rows of a table.
func collect[T any](rows iter.Seq2[string, T]) []T {
	var all []T
	for _, row := range rows {
		all = append(all, row)
	}
	return all
}
