package elb_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/elb"
	"photon/internal/engine/wire"
)

func TestATargetLivesFromRegistrationToRemoval(t *testing.T) {
	inBubble(t, elb.Options{}, func(w *world) {
		var status atomic.Int32
		status.Store(200)
		w.backend("10.88.0.5:8080", func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/health" {
				if r.Header.Get("User-Agent") != "ELB-HealthChecker/2.0" || r.Host != "10.88.0.5:8080" {
					t.Errorf("health check: %v %v", r.Host, r.Header)
				}
				rw.WriteHeader(int(status.Load()))
				return
			}
			fmt.Fprint(rw, "hello")
		})
		group := w.group("web")
		w.register(group, "10.88.0.5")
		w.expectHealth(group, "10.88.0.5:8080 unused Target.NotInUse Target group is not configured to receive traffic from the load balancer")

		lb := w.loadBalancer("web")
		w.listener(lb, 80, forward(group))
		w.expectHealth(group, "10.88.0.5:8080 healthy") // one passed check is enough
		if got := w.get(*lb.DNSName, 80); got != "hello" {
			t.Errorf("got %s", got)
		}

		status.Store(503)
		time.Sleep(5 * time.Second)
		w.expectHealth(group, "10.88.0.5:8080 healthy") // one failure of two
		time.Sleep(5 * time.Second)
		w.expectHealth(group, "10.88.0.5:8080 unhealthy Target.ResponseCodeMismatch Health checks failed with these codes: [503]")
		if got := w.get(*lb.DNSName, 80); got != "hello" {
			t.Errorf("with only unhealthy targets the load balancer must fail open; got %s", got)
		}

		status.Store(200)
		time.Sleep(10 * time.Second)
		w.expectHealth(group, "10.88.0.5:8080 unhealthy Target.ResponseCodeMismatch Health checks failed with these codes: [503]")
		time.Sleep(5 * time.Second) // the third pass
		w.expectHealth(group, "10.88.0.5:8080 healthy")

		w.deregister(group, "10.88.0.5")
		w.expectHealth(group, "") // idle: nothing to wait for
		if got := w.get(*lb.DNSName, 80); got != "503" {
			t.Errorf("without targets: got %s", got)
		}
	})
}

func TestWhyATargetIsUnhealthy(t *testing.T) {
	cases := []struct {
		name  string
		serve http.HandlerFunc
		after time.Duration
		want  string
	}{
		{"nothing listens", nil, 6 * time.Second, "10.88.0.5:8080 unhealthy Target.FailedHealthChecks Health checks failed"},
		{"no answer", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 8 * time.Second, "10.88.0.5:8080 unhealthy Target.Timeout Request timed out"},
		{"a wrong code", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(404) }, 6 * time.Second, "10.88.0.5:8080 unhealthy Target.ResponseCodeMismatch Health checks failed with these codes: [404]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, elb.Options{}, func(w *world) {
				if c.serve != nil {
					w.backend("10.88.0.5:8080", c.serve)
				}
				group := w.group("web")
				w.listener(w.loadBalancer("web"), 80, forward(group))
				w.register(group, "10.88.0.5")
				w.expectHealth(group, "10.88.0.5:8080 initial Elb.InitialHealthChecking Initial health checks in progress")
				time.Sleep(c.after)
				w.expectHealth(group, c.want)
			})
		})
	}
}

func TestADrainWaitsForRequestsButNotLongerThanItsDelay(t *testing.T) {
	for _, c := range []struct {
		name           string
		works, drained time.Duration
		want           string
	}{
		{"the request ends in time", 8 * time.Second, 8 * time.Second, "done"},
		{"the request takes too long", time.Minute, 11 * time.Second, "502"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, elb.Options{}, func(w *world) {
				w.backend("10.88.0.5:8080", func(rw http.ResponseWriter, r *http.Request) {
					if r.URL.Path != "/health" {
						select {
						case <-time.After(c.works):
						case <-r.Context().Done():
						}
						fmt.Fprint(rw, "done")
					}
				})
				group, lb := w.group("web"), w.loadBalancer("web")
				w.listener(lb, 80, forward(group))
				must[elbv2.ModifyTargetGroupAttributesOutput](w)(w.api.ModifyTargetGroupAttributes(w.Context(), &elbv2.ModifyTargetGroupAttributesInput{
					TargetGroupArn: &group, Attributes: []types.TargetGroupAttribute{{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("10")}},
				}))
				w.register(group, "10.88.0.5")
				synctest.Wait()
				began := time.Now()
				answer := make(chan string)
				go func() { answer <- w.get(*lb.DNSName, 80) }()
				time.Sleep(time.Second)
				w.deregister(group, "10.88.0.5")
				w.expectHealth(group, "10.88.0.5:8080 draining Target.DeregistrationInProgress Target deregistration is in progress")
				if got := <-answer; got != c.want {
					t.Errorf("the request in flight got %s, want %s", got, c.want)
				}
				for w.health(group) != "" {
					time.Sleep(100 * time.Millisecond)
				}
				if took := time.Since(began); took < c.drained || took > c.drained+200*time.Millisecond {
					t.Errorf("drained after %s, want %s", took, c.drained)
				}
			})
		})
	}
}

func TestTheSchedulersSideSeesTheSameTargets(t *testing.T) {
	inBubble(t, elb.Options{}, func(w *world) {
		ctx := wire.With(w.Context(), wire.Call{Account: account, Region: "us-east-1"})
		w.backend("10.88.0.5:9000", says("hi"))
		group := w.group("web")
		if got, ok := w.elb.Describe(ctx, group); !ok || got.TargetType != "ip" || got.VPC != w.vpc || len(got.LoadBalancers) != 0 {
			t.Errorf("%+v %v", got, ok)
		}
		lb := w.loadBalancer("web")
		w.listener(lb, 80, forward(group))
		if got, _ := w.elb.Describe(ctx, group); len(got.LoadBalancers) != 1 || got.LoadBalancers[0] != *lb.LoadBalancerArn {
			t.Errorf("%+v", got)
		}
		target := netip.MustParseAddrPort("10.88.0.5:9000")
		for _, step := range []struct {
			away bool
			want string
		}{{false, "healthy"}, {true, ""}, {true, ""}} {
			if err := w.elb.Register(ctx, group, target, step.away); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			if state, _, _ := w.elb.Health(ctx, group, target); state != step.want {
				t.Errorf("away %v: %q, want %q", step.away, state, step.want)
			}
		}
		if _, ok := w.elb.Describe(ctx, group+"x"); ok {
			t.Error("a group that does not exist is described")
		}
		if err := w.elb.Register(ctx, group+"x", target, true); code(err) != "TargetGroupNotFound" {
			t.Errorf("%v", err)
		}
	})
}

func TestALoadBalancerHoldsItsSecurityGroupForAWhile(t *testing.T) {
	inBubble(t, elb.Options{Linger: 20 * time.Second, Provision: 3 * time.Second}, func(w *world) {
		made := must[awsec2.CreateSecurityGroupOutput](w)(w.ec2.CreateSecurityGroup(w.Context(), &awsec2.CreateSecurityGroupInput{
			GroupName: aws.String("alb"), Description: aws.String("alb"), VpcId: &w.vpc,
		}))
		lb := must[elbv2.CreateLoadBalancerOutput](w)(w.api.CreateLoadBalancer(w.Context(), &elbv2.CreateLoadBalancerInput{
			Name: aws.String("web"), Subnets: w.subnets[:2], SecurityGroups: []string{*made.GroupId},
		})).LoadBalancers[0]
		if lb.State.Code != types.LoadBalancerStateEnumProvisioning {
			t.Errorf("a new load balancer is %s", lb.State.Code)
		}
		time.Sleep(3 * time.Second)
		described := must[elbv2.DescribeLoadBalancersOutput](w)(w.api.DescribeLoadBalancers(w.Context(), &elbv2.DescribeLoadBalancersInput{}))
		if got := described.LoadBalancers[0].State.Code; got != types.LoadBalancerStateEnumActive {
			t.Errorf("later it is %s", got)
		}
		remove := func(want string) {
			t.Helper()
			if _, err := w.ec2.DeleteSecurityGroup(w.Context(), &awsec2.DeleteSecurityGroupInput{GroupId: made.GroupId}); code(err) != want {
				t.Errorf("DeleteSecurityGroup: %v, want %q", err, want)
			}
		}
		remove("DependencyViolation")
		must[elbv2.DeleteLoadBalancerOutput](w)(w.api.DeleteLoadBalancer(w.Context(), &elbv2.DeleteLoadBalancerInput{LoadBalancerArn: lb.LoadBalancerArn}))
		remove("DependencyViolation")
		time.Sleep(21 * time.Second)
		remove("")
	})
}

func TestListenersComeBackAfterARestart(t *testing.T) {
	inBubble(t, elb.Options{}, func(w *world) {
		w.backend("10.88.0.5:8080", says("hello"))
		group, lb := w.group("web"), w.loadBalancer("web")
		w.listener(lb, 80, forward(group))
		w.register(group, "10.88.0.5")
		w.stop()
		if _, err := w.dial(w.Context(), netip.MustParseAddrPort(*lb.DNSName+":80")); err == nil {
			t.Fatal("the listener outlived the engine")
		}
		w.start()
		w.expectHealth(group, "10.88.0.5:8080 healthy")
		if got := w.get(*lb.DNSName, 80); got != "hello" {
			t.Errorf("got %s", got)
		}
	})
}

func TestHealthyTargetsAreCounted(t *testing.T) {
	inBubble(t, elb.Options{}, func(w *world) {
		w.backend("10.88.0.5:8080", says("hello"))
		group := w.group("web")
		w.listener(w.loadBalancer("web"), 80, forward(group))
		w.register(group, "10.88.0.5", "10.88.0.6")
		time.Sleep(21 * time.Second)
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.metrics["HealthyHostCount"] != 1 || w.metrics["UnHealthyHostCount"] != 1 {
			t.Errorf("%v", w.metrics)
		}
	})
}

func TestAPortThatIsTakenOnTheMachineFailsLoudly(t *testing.T) {
	inBubble(t, elb.Options{}, func(w *world) {
		lb := w.loadBalancer("web")
		other, err := w.listen("tcp", net.JoinHostPort(*lb.DNSName, "81"))
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		_, err = w.api.CreateListener(w.Context(), &elbv2.CreateListenerInput{
			LoadBalancerArn: lb.LoadBalancerArn, Port: aws.Int32(81), Protocol: types.ProtocolEnumHttp, DefaultActions: forward(w.group("web")),
		})
		if code(err) != "InvalidConfigurationRequest" {
			t.Errorf("%v", err)
		}
		listeners := must[elbv2.DescribeListenersOutput](w)(w.api.DescribeListeners(w.Context(), &elbv2.DescribeListenersInput{LoadBalancerArn: lb.LoadBalancerArn}))
		if len(listeners.Listeners) != 0 {
			t.Errorf("%v", listeners.Listeners)
		}
	})
}

func TestTagsAreSeenFromOutside(t *testing.T) {
	inBubble(t, elb.Options{}, func(w *world) {
		ctx := wire.With(context.Background(), wire.Call{Account: account, Region: "us-east-1"})
		arn := *w.loadBalancer("web").LoadBalancerArn
		if ok, err := w.elb.Retag(ctx, arn, map[string]string{"a": "1", "b": "2"}, []string{"c"}); !ok || err != nil {
			t.Fatal(ok, err)
		}
		must[elbv2.RemoveTagsOutput](w)(w.api.RemoveTags(w.Context(), &elbv2.RemoveTagsInput{ResourceArns: []string{arn}, TagKeys: []string{"b"}}))
		if got := fmt.Sprint(w.elb.Tagged(ctx)); got != "[{"+arn+" map[a:1]}]" {
			t.Errorf("%s", got)
		}
		if ok, _ := w.elb.Retag(ctx, arn+"x", nil, nil); ok {
			t.Error("tagged what does not exist")
		}
	})
}
