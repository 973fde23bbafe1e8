//go:build docker

package ecr

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"photon/internal/engine/state"
)

// cli runs the docker command with a configuration of its own.
type cli struct{ config string }

func (c cli) run(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	command := exec.Command("docker", append([]string{"--config", c.config}, args...)...)
	command.Stdin = strings.NewReader(stdin)
	out, err := command.CombinedOutput()
	return string(out), err
}

func (c cli) must(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	out, err := c.run(t, stdin, args...)
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// load puts an image of random content into the Docker Engine's store.
func load(t *testing.T, docker cli, tag string) {
	t.Helper()
	image, err := random.Image(200<<10, 3)
	if err != nil {
		t.Fatal(err)
	}
	file, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	file.OS, file.Architecture = "linux", "amd64"
	if image, err = mutate.ConfigFile(image, file); err != nil {
		t.Fatal(err)
	}
	ref, err := name.NewTag(tag)
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := tarball.Write(ref, image, &archive); err != nil {
		t.Fatal(err)
	}
	docker.must(t, archive.String(), "load")
	t.Cleanup(func() { _, _ = docker.run(t, "", "rmi", "-f", tag) })
}

func TestDockerLoginPushAndPull(t *testing.T) {
	dir := t.TempDir()
	db, err := state.Open(filepath.Join(dir, "state"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	b := open(t, db, dir)
	b.create(t, "team/orders")
	docker := cli{config: t.TempDir()}
	tag, none := b.host+"/team/orders:1", b.host+"/none:1"
	load(t, docker, tag)
	docker.must(t, "", "tag", tag, none)
	t.Cleanup(func() { _, _ = docker.run(t, "", "rmi", "-f", none) })

	if out, err := docker.run(t, "", "push", tag); err == nil || !strings.Contains(out, "no basic auth credentials") {
		t.Errorf("push without a login: %v\n%s", err, out)
	}
	if out, err := docker.run(t, "wrong", "login", "-u", "AWS", "--password-stdin", b.host); err == nil || !strings.Contains(out, "401 Unauthorized") {
		t.Errorf("wrong login: %v\n%s", err, out)
	}
	auth := loginOf(t, b.client)
	if out := docker.must(t, auth.Password, "login", "-u", auth.Username, "--password-stdin", b.host); !strings.Contains(out, "Login Succeeded") {
		t.Errorf("login: %s", out)
	}
	if out, err := docker.run(t, "", "push", none); err == nil || !strings.Contains(out, "name unknown: The repository with name 'none' does not exist in the registry with id '000000000000'") {
		t.Errorf("push to nowhere: %v\n%s", err, out)
	}
	pushed := docker.must(t, "", "push", tag)
	_, digest, ok := strings.Cut(pushed, "digest: ")
	if !ok {
		t.Fatalf("no digest in: %s", pushed)
	}
	digest, _, _ = strings.Cut(digest, " ")
	docker.must(t, "", "rmi", "-f", tag, none)
	for _, ref := range []string{tag, b.host + "/team/orders@" + digest} {
		if out := docker.must(t, "", "pull", ref); !strings.Contains(out, "Digest: "+digest) {
			t.Errorf("pull %s: %s", ref, out)
		}
		docker.must(t, "", "rmi", "-f", ref)
	}
	if out, err := docker.run(t, "", "pull", b.host+"/team/orders:2"); err == nil || !strings.Contains(out, "manifest unknown") {
		t.Errorf("pull of a tag that is not there: %v\n%s", err, out)
	}
}
