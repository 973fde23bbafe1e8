package ecs

import (
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestNoRequestIsLostInARollingUpdate(t *testing.T) {
	inWorld(t, func(w *world) {
		w.balancer.drainFor(5 * time.Second)
		w.create(app("MEMORY_LATENCY=2s"), balanced())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		w.update(app("MEMORY_LATENCY=2s", "MEMORY_LISTEN_AFTER=4s"))
		var requests sync.WaitGroup
		sent := 0
		for ; w.deployment().Status != types.ServiceDeploymentStatusSuccessful; sent++ {
			at, ok := w.balancer.pick(sent)
			if !ok || sent > 1000 {
				t.Fatalf("no healthy target after %d requests\n%s", sent, w.events())
			}
			requests.Go(func() {
				response, err := w.web(at).Get("http://" + at.String() + "/")
				if err == nil {
					_, err = io.Copy(io.Discard, response.Body)
					_ = response.Body.Close()
				}
				if err != nil {
					t.Errorf("lost: %v", err)
				}
			})
			time.Sleep(100 * time.Millisecond)
		}
		requests.Wait()
		if sent < 50 {
			t.Errorf("only %d requests were sent", sent)
		}
	})
}

func TestAnEngineThatLeavesLeavesTheContainers(t *testing.T) {
	inWorld(t, func(w *world) {
		w.end()
		w.options.Leave = true
		w.ECS = New(w.db, w.parts(), w.options)
		w.run()
		w.create(app(), balanced())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		at, _ := w.balancer.pick(0)
		w.end()
		if response, err := w.web(at).Get("http://" + at.String() + "/"); err != nil {
			t.Error(err)
		} else {
			_ = response.Body.Close()
		}
		if got := *w.tasks(types.DesiredStatusRunning)[0].LastStatus; got != "RUNNING" {
			t.Errorf("%s\n%s", got, w.events())
		}
		w.clear()
	})
}

func TestACapacityProviderStrategyRunsOnFargate(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), web())
		w.spot()
		in := web()
		in.ServiceName, in.LaunchType = aws.String("spot"), ""
		in.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 1}}
		in.Tags = []types.Tag{{Key: aws.String("owner"), Value: aws.String("me")}}
		in.PropagateTags, in.EnableECSManagedTags = types.PropagateTagsService, true
		if _, err := w.CreateService(w.ctx, in); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		for _, row := range collect(w.rows.tasks.All("")) {
			if row.Service != "spot" {
				continue
			}
			tags := tagMap(row.Tags)
			if *row.CapacityProviderName != "FARGATE_SPOT" || row.LaunchType != "FARGATE" || tags["owner"] != "me" || tags["aws:ecs:serviceName"] != "spot" {
				t.Errorf("%s %s %v", *row.CapacityProviderName, row.LaunchType, tags)
			}
			if !strings.HasPrefix(*row.StartedBy, "ecs-svc/") || *row.Group != "service:spot" {
				t.Errorf("%s %s", *row.StartedBy, *row.Group)
			}
		}
	})
}

// web is a client that reaches a container.
func (w *world) web(at netip.AddrPort) *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: w.dialer(at)}}
}
