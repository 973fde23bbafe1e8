package cli

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"photon/internal/engine"
)

// slowly is the file of a version that takes its time to start.
func (w *world) slowly() string {
	w.Helper()
	return w.file("slowly.json", `{
		"name": "orders", "image": "`+worldRegistry+`/orders:2", "port": 8080,
		"env": { "MEMORY_LISTEN_AFTER": "15s" }
	}`)
}

func TestAnInterruptedDeploymentGoesOn(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		w.push("orders", "2")
		w.deploys(w.orders("1"))
		ctx, interrupt := context.WithTimeout(w.Context(), 10*time.Second)
		defer interrupt()
		r := w.ends(w.photonOn(ctx, &line{}, "--file", w.slowly()), exitInterrupt)
		w.same("the end", w.lastWords(r.err), lines(
			"error: interrupted after 10s: the deployment goes on",
			"hint: photon wait --file slowly.json"))
		waited := w.ends(w.photon("wait", "--file", w.slowly()), exitDone)
		w.says(waited.err, "web succeeded")
		w.says(waited.out, "http://127.88.0.1")
		w.says(w.deploys(w.slowly()).err, "Nothing to do")
	})
}

func TestARunThatIsNotWaitedForGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		flags []string
		code  int
		says  string
	}{
		"detached":  {[]string{"--detach"}, exitDone, "hint: photon wait --file slowly.json"},
		"timed out": {[]string{"--timeout", "10s"}, exitTimeout, "error: timed out after 10s: the deployment goes on\nhint: photon wait --file slowly.json"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.push("orders", "1")
				w.push("orders", "2")
				w.deploys(w.orders("1"))
				r := w.ends(w.photon(append([]string{"--file", w.slowly()}, c.flags...)...), c.code)
				w.same("the end", w.lastWords(r.err), c.says)
				w.ends(w.photon("wait", "--file", w.slowly()), exitDone)
			})
		})
	}
}

// A run that finds the rollout of an earlier one watches it, and cleans up
// when it has ended.
func TestTheNextRunJoinsARolloutThatGoesOn(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "2")
		w.ends(w.photon("--file", w.slowly(), "--detach"), exitDone)
		r := w.deploys(w.slowly())
		w.same("changing calls", names(mutating(r.calls)), "")
		w.says(r.err, "web succeeded")
	})
}

func TestASupersededRolloutIsReportedAsSuch(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		w.push("orders", "2")
		w.deploys(w.orders("1"))
		time.AfterFunc(10*time.Second, func() {
			_, err := ecs.NewFromConfig(w.byHand()).UpdateService(w.Context(), &ecs.UpdateServiceInput{
				Cluster: aws.String(grownCluster), Service: aws.String(grownService), TaskDefinition: aws.String("default_orders_web:1"),
			})
			if err != nil {
				w.Error(err)
			}
		})
		r := w.ends(w.photon("--file", w.slowly()), exitRolledBack)
		w.says(w.lastWords(r.err), "error: web was superseded")
	})
}

// A role that was just made cannot be assumed everywhere at once, a load
// balancer is not there at once, and its interfaces stay for a while.
func TestASlowAWSDelaysAndNoMore(t *testing.T) {
	slow := engine.Options{RoleDelay: 15 * time.Second, Provision: 2 * time.Minute, Linger: 3 * time.Minute}
	inSlowWorld(t, slow, func(w *world) {
		w.push("orders", "1")
		empty := w.census()
		r := w.deploys(w.orders("1"))
		w.says(r.err, "web succeeded")
		if status, _ := w.get(r.out); status != 200 {
			w.Errorf("the service answers %d", status)
		}
		w.terminates(w.orders("1"), empty)
	})
}
