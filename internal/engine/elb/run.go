package elb

import (
	"context"
	"log/slog"
	"maps"
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const (
	drainLook      = 100 * time.Millisecond // how often draining targets are looked at
	countInterval  = 10 * time.Second       // of HealthyHostCount
	quietInterval  = time.Minute            // when there is nothing to wait for
	applicationELB = "AWS/ApplicationELB"
)

// Run opens the listeners again that the state knows, checks the health of
// targets and ends drains, until ctx ends and all checks have returned.
func (e *ELB) Run(ctx context.Context) {
	e.restore()
	defer e.probes.Wait()
	counted := time.Now()
	for {
		next := e.pass(ctx)
		if time.Since(counted) >= countInterval {
			counted = time.Now()
			e.countHosts(ctx)
		}
		if due := counted.Add(countInterval); due.Before(next) {
			next = due
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-timer.C:
		case <-e.wake:
			timer.Stop()
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// stir makes the control loop look again at once.
func (e *ELB) stir() {
	select {
	case e.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// restore opens the listeners of an earlier run. One whose port has been taken
// meanwhile stays closed; the others serve.
func (e *ELB) restore() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, row := range e.listeners.All("") {
		lb, _ := e.loadBalancers.Get(key(aws.ToString(row.Shape.LoadBalancerArn)))
		if _, err := e.parts.Plane.Open(row.arn(), aws.ToString(lb.Shape.DNSName), int(*row.Shape.Port), row.Bound); err != nil {
			slog.Error("a listener is not served", "listener", row.arn(), "error", err)
		}
	}
	e.publish()
}

// publish gives the data plane all rules and targets as they are now.
func (e *ELB) publish() {
	for _, row := range e.listeners.All("") {
		lb, _ := e.loadBalancers.Get(key(aws.ToString(row.Shape.LoadBalancerArn)))
		idle := time.Duration(number(loadBalancerAttributes, lb.Attributes, idleTimeout)) * time.Second
		var rules []types.Rule
		for _, r := range e.rulesOf(row.arn()) {
			rules = append(rules, r.Shape)
		}
		e.parts.Plane.Route(row.arn(), rules, idle)
	}
	users := e.users()
	for _, group := range e.groups.All("") {
		e.publishGroup(group, users[group.arn()] != "")
	}
}

func (e *ELB) publishGroup(group targetGroup, used bool) {
	serving, draining := e.targets(group, used)
	e.parts.Plane.Serve(group.arn(), serving, draining)
}

// pass looks at everything once, starts the checks that are due and ends the
// drains that are over. It returns when to look again.
func (e *ELB) pass(ctx context.Context) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	next := e.releaseDue(ctx, now)
	users, seen := e.users(), map[string]bool{}
	for at, row := range e.registrations.All("") {
		group, ok := e.groups.Get(key(row.Group))
		address, routable := row.address()
		switch {
		case !ok:
			e.registrations.Delete(at)
			continue
		case !row.Draining.IsZero():
			next = earlier(next, e.drain(at, row, group, now))
			continue
		case users[row.Group] != "" && routable:
			seen[at] = true
			next = earlier(next, e.checkDue(ctx, at, group, address, now))
		}
	}
	maps.DeleteFunc(e.checks, func(at string, _ *check) bool { return !seen[at] })
	return next
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// drain ends a deregistration: at once when the target is idle, otherwise when
// its requests are done or the delay is over.
func (e *ELB) drain(at string, row registration, group targetGroup, now time.Time) time.Time {
	delay := time.Duration(number(groupAttributes, group.Attributes, drainDelay)) * time.Second
	address, ok := row.address()
	busy := ok && e.parts.Plane.Busy(row.Group, address) > 0
	if busy && now.Before(row.Draining.Add(delay)) {
		return now.Add(drainLook)
	}
	e.registrations.Delete(at)
	delete(e.checks, at)
	e.publishGroup(group, e.user(row.Group) != "")
	return now.Add(quietInterval)
}

// checkDue starts a target's health check when it is time.
func (e *ELB) checkDue(ctx context.Context, at string, group targetGroup, address netip.AddrPort, now time.Time) time.Time {
	c := e.checks[at]
	if c == nil {
		c = &check{group: group.arn(), address: address, health: initial, due: now}
		e.checks[at] = c
	}
	if c.running {
		return now.Add(quietInterval) // its end wakes the loop
	}
	if now.Before(c.due) {
		return c.due
	}
	c.running = true
	c.due = now.Add(time.Duration(*group.Shape.HealthCheckIntervalSeconds) * time.Second)
	e.probes.Go(func() {
		found := e.probe(as(ctx, group.arn()), group.Shape, address)
		if ctx.Err() == nil {
			e.learn(at, c, found)
		}
	})
	return c.due
}

// learn takes the outcome of a check into account.
func (e *ELB) learn(at string, c *check, found outcome) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c.running = false
	if e.checks[at] != c {
		return // deregistered meanwhile
	}
	group, ok := e.groups.Get(key(c.group))
	if !ok {
		return
	}
	before := c.health
	c.judge(found, group.Shape)
	if c.health != before {
		e.publishGroup(group, e.user(c.group) != "")
	}
	e.stir()
}

// releaseDue gives up the interfaces of load balancers that are long gone.
func (e *ELB) releaseDue(ctx context.Context, now time.Time) time.Time {
	next := now.Add(quietInterval)
	for at, row := range e.leaving.All("") {
		if now.Before(row.Until) {
			next = earlier(next, row.Until)
			continue
		}
		e.detach(as(ctx, row.LoadBalancer), row.IDs)
		e.leaving.Delete(at)
	}
	return next
}

// countHosts records how many targets of each group in use are healthy.
func (e *ELB) countHosts(ctx context.Context) {
	e.mu.Lock()
	defer e.mu.Unlock()
	users := e.users()
	for _, group := range e.groups.All("") {
		user := users[group.arn()]
		if user == "" {
			continue
		}
		count := map[types.TargetHealthStateEnum]float64{}
		for at, row := range e.registrations.All(registrationPrefix(group.arn())) {
			count[e.health(at, row, true).State]++
		}
		dimensions := map[string]string{"TargetGroup": named(group.arn()), "LoadBalancer": named(user)}
		world := as(ctx, group.arn())
		e.parts.Metric(world, applicationELB, "HealthyHostCount", "Count", count[types.TargetHealthStateEnumHealthy], dimensions)
		e.parts.Metric(world, applicationELB, "UnHealthyHostCount", "Count", count[types.TargetHealthStateEnumUnhealthy], dimensions)
	}
}
