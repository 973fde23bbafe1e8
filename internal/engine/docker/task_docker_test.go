//go:build docker

package docker

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/moby/moby/client"

	"photon/internal/engine/runtime"
)

func TestContainersOfATaskShareTheirAddress(t *testing.T) {
	r := open(t, "shared")
	s := sandboxOf(t, r, "task", 10)
	start(t, s, runtime.ContainerConfig{Name: "app", Command: []string{"serve", "8080", "hello"}})
	if got := get(t, s, "http://127.0.0.1:8080/"); got != "200 hello" {
		t.Errorf("from the same task: %q", got)
	}
	other := sandboxOf(t, r, "other", 11)
	if got := get(t, other, "http://10.213.7.10:8080/"); got != "200 hello" {
		t.Errorf("from another task of the VPC: %q", got)
	}
	conn, err := r.Dial(context.Background(), netip.MustParseAddrPort("10.213.7.10:8080"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	request, _ := http.NewRequest(http.MethodGet, "http://task/", nil)
	request.Close = true
	if err := request.Write(conn); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasSuffix(string(answer), "hello") {
		t.Errorf("from the engine: %q, %v", answer, err)
	}
}

func TestEachTaskHasItsOwnMetadata(t *testing.T) {
	r := open(t, "metadata")
	for host, task := range map[byte]string{10: "one", 11: "two"} {
		s := sandboxOf(t, r, task, host)
		if got := get(t, s, "http://169.254.170.2/v4/abc"); got != "200 "+task+" /v4/abc" {
			t.Errorf("%s: got %q", task, got)
		}
	}
}

func TestRemoveLeavesNothing(t *testing.T) {
	r := open(t, "remove")
	ctx := context.Background()
	s := sandboxOf(t, r, "task", 10)
	c := start(t, s, runtime.ContainerConfig{Name: "app", Command: []string{"obey"}})
	if err := s.Remove(ctx); err != nil {
		t.Fatal(err)
	}
	if exit := exitOf(t, c); exit.Code != 137 {
		t.Errorf("got %+v", exit)
	}
	if left := containersOf(t, r); left != 0 {
		t.Errorf("%d containers left", left)
	}
	if left, err := os.ReadDir(r.options.Dir); err != nil || len(left) != 0 {
		t.Errorf("sockets left: %v, %v", left, err)
	}
	if err := s.Remove(ctx); err != nil {
		t.Errorf("again: %v", err)
	}
	sandboxOf(t, r, "next", 10) // the address is free again
}

func TestSweepRemovesWhatACrashLeft(t *testing.T) {
	ctx := context.Background()
	crashed, bystander := open(t, "crashed"), open(t, "bystander")
	start(t, sandboxOf(t, crashed, "task", 10), runtime.ContainerConfig{Name: "app", Command: []string{"obey"}})
	if _, err := bystander.network(ctx, "vpc-2", netip.MustParsePrefix("10.213.8.0/24")); err != nil {
		t.Fatal(err)
	}
	again := open(t, "crashed")
	if err := again.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if left := containersOf(t, again); left != 0 {
		t.Errorf("%d containers left", left)
	}
	for r, want := range map[*Runtime]int{again: 0, bystander: 1} {
		list, err := r.docker.NetworkList(ctx, client.NetworkListOptions{Filters: r.own()})
		if err != nil || len(list.Items) != want {
			t.Errorf("%s: %d networks, want %d (%v)", r.options.Name, len(list.Items), want, err)
		}
	}
}

func TestNetworkOfADeletedVPCMakesRoom(t *testing.T) {
	ctx := context.Background()
	r := open(t, "room")
	if _, err := r.network(ctx, "vpc-old", testRange); err != nil {
		t.Fatal(err)
	}
	name, err := r.network(ctx, "vpc-new", testRange)
	if err != nil || name != "photon-test-room-vpc-new" {
		t.Errorf("got %q, %v", name, err)
	}
}

func TestNetworkInUseByAnotherEngineIsNamed(t *testing.T) {
	ctx := context.Background()
	first, second := open(t, "first"), open(t, "second")
	sandboxOf(t, first, "task", 10)
	_, err := second.network(ctx, "vpc-1", testRange)
	want := "network photon-test-second-vpc-1 with range 10.213.7.0/24: Pool overlaps with other one on this address space"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestPauseThatCannotRunIsExplained(t *testing.T) {
	r := open(t, "broken")
	r.options.Executable = programs.app // has no such command
	_, err := r.Sandbox(context.Background(), runtime.SandboxConfig{
		Task: "task", Network: "vpc-1", Range: testRange, Address: netip.MustParseAddr("10.213.7.10"),
	})
	want := "sandbox task: pause container: exited with 2: no such behaviour: internal-pause"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if left := containersOf(t, r); left != 0 {
		t.Errorf("%d containers left", left)
	}
}

func TestPull(t *testing.T) {
	r := open(t, "pull")
	ctx := context.Background()
	platform := "linux/" + goArch()
	id, at, found, err := r.Image(ctx, appImage)
	if err != nil || !found || at != platform || !strings.HasPrefix(id, "sha256:") {
		t.Fatalf("got %s %s %v %v", id, at, found, err)
	}
	for _, test := range []struct {
		name, image, platform, digest, reason, detail string
	}{
		{name: "by tag", image: appImage, platform: platform, digest: id},
		{name: "by ID", image: "photon-test/app@" + id, platform: platform, digest: id},
		{name: "wrong platform", image: otherArch, platform: platform, reason: runtime.PullPlatform,
			detail: "image is for linux/s390x, not for " + platform},
		{name: "not a reference", image: "Not A Reference", platform: platform, reason: runtime.PullFailed, detail: "invalid reference format"},
	} {
		t.Run(test.name, func(t *testing.T) {
			image, err := r.Pull(ctx, test.image, test.platform, runtime.Auth{})
			if image.Digest != test.digest {
				t.Errorf("digest %q, want %q", image.Digest, test.digest)
			}
			var refused *runtime.PullError
			if !errors.As(err, &refused) {
				if test.reason != "" {
					t.Fatalf("no error, want %s", test.reason)
				}
				return
			}
			if refused.Reason != test.reason || !strings.Contains(refused.Detail, test.detail) {
				t.Errorf("got %s: %s", refused.Reason, refused.Detail)
			}
		})
	}
	if _, _, found, err := r.Image(ctx, "photon-test/none:1"); found || err != nil {
		t.Errorf("an image that is not there: %v, %v", found, err)
	}
}

func TestContainerOfAnImageKnownByID(t *testing.T) {
	r := open(t, "id")
	id, _, _, err := r.Image(context.Background(), appImage)
	if err != nil {
		t.Fatal(err)
	}
	s := sandboxOf(t, r, "task", 10)
	c := start(t, s, runtime.ContainerConfig{Name: "app", Image: "photon-test/app@" + id, Command: []string{"exit", "4"}})
	if exit := exitOf(t, c); exit.Code != 4 {
		t.Errorf("got %+v", exit)
	}
}
