package balancer

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func timeIn(d time.Duration) time.Time { return time.Now().Add(d) }

// table is a listener's compiled rules. It is never changed, only replaced.
type table struct {
	idle  time.Duration
	rules []rule // by priority, the default rule last
}

type rule struct {
	conditions []condition
	action     action
}

// action answers a request; it tells whether the connection can go on.
type action func(c *client) bool

// answer runs the first rule that matches.
func (t *table) answer(c *client) bool {
	for i := range t.rules {
		if matches(t.rules[i].conditions, c) {
			return t.rules[i].action(c)
		}
	}
	return c.fail(statusUnavailable)
}

func matches(conditions []condition, c *client) bool {
	for _, holds := range conditions {
		if !holds(c) {
			return false
		}
	}
	return true
}

// compile is called with the balancer's lock held.
func (b *Balancer) compile(l *listener, rules []types.Rule, idle time.Duration) *table {
	sorted := slices.SortedFunc(slices.Values(rules), func(x, y types.Rule) int {
		return cmp.Compare(priority(x), priority(y))
	})
	t := &table{idle: idle}
	for _, r := range sorted {
		compiled := rule{action: b.action(l, r.Actions)}
		for _, condition := range r.Conditions {
			compiled.conditions = append(compiled.conditions, compileCondition(condition))
		}
		t.rules = append(t.rules, compiled)
	}
	return t
}

func priority(r types.Rule) int {
	n, err := strconv.Atoi(aws.ToString(r.Priority))
	if err != nil {
		return 1 << 30 // "default"
	}
	return n
}

// action compiles the action that routes; it is the last one.
func (b *Balancer) action(l *listener, actions []types.Action) action {
	for _, a := range actions {
		switch a.Type {
		case types.ActionTypeEnumForward:
			return b.forwarding(l, a)
		case types.ActionTypeEnumFixedResponse:
			return fixedResponse(*a.FixedResponseConfig)
		case types.ActionTypeEnumRedirect:
			return redirect(*a.RedirectConfig)
		}
	}
	return func(c *client) bool { return c.fail(statusUnavailable) }
}

// share is one target group of a forward action.
type share struct {
	group  *group
	meter  *meter
	weight uint32
}

// forwarding compiles a forward action. Groups of weight zero are left out:
// they get no request, not even from a client that carries their cookie.
func (b *Balancer) forwarding(l *listener, a types.Action) action {
	tuples := []types.TargetGroupTuple{{TargetGroupArn: a.TargetGroupArn}}
	var sticky time.Duration
	if config := a.ForwardConfig; config != nil {
		if len(config.TargetGroups) > 0 {
			tuples = config.TargetGroups
		}
		if s := config.TargetGroupStickinessConfig; s != nil && aws.ToBool(s.Enabled) {
			sticky = time.Duration(aws.ToInt32(s.DurationSeconds)) * time.Second
		}
	}
	var shares []share
	total := uint32(0)
	for _, tuple := range tuples {
		weight := uint32(1)
		if tuple.Weight != nil {
			weight = uint32(*tuple.Weight)
		}
		arn := aws.ToString(tuple.TargetGroupArn)
		key := meterKey{loadBalancer: l.meter.key.loadBalancer, targetGroup: resourceOf(arn), world: worldOf(arn)}
		if weight > 0 {
			shares = append(shares, share{group: b.group(arn), meter: b.meter(key), weight: weight})
			total += weight
		}
	}
	return func(c *client) bool { return c.spread(shares, total, sticky) }
}

// spread chooses a target group by weight, or the one the client sticks to.
func (c *client) spread(shares []share, total uint32, sticky time.Duration) bool {
	if len(shares) == 0 {
		return c.fail(statusUnavailable)
	}
	chosen := &shares[0]
	if len(shares) > 1 {
		chosen = choose(shares, rand.Uint32N(total))
	}
	if sticky == 0 {
		return c.forward(chosen.group, chosen.meter, nil)
	}
	if before := c.stickyTo(shares); before != nil {
		chosen = before
	}
	return c.forward(chosen.group, chosen.meter, appendSticky(nil, chosen.group.cookie, sticky))
}

// choose maps a number below the sum of all weights to a share.
func choose(shares []share, n uint32) *share {
	for i := range shares {
		if n < shares[i].weight {
			return &shares[i]
		}
		n -= shares[i].weight
	}
	return &shares[len(shares)-1]
}

func fixedResponse(config types.FixedResponseActionConfig) action {
	status, _ := strconv.Atoi(aws.ToString(config.StatusCode))
	contentType := aws.ToString(config.ContentType)
	body := aws.ToString(config.MessageBody)
	if contentType == "" && body != "" {
		contentType = "text/plain"
	}
	return func(c *client) bool {
		c.listener.meter.fixed.Add(1)
		return c.reply(status, contentType, body, "", true)
	}
}

// redirect compiles a redirect; the placeholders are the request's own parts.
// The port is the one the client used, which may not be the listener's.
func redirect(config types.RedirectActionConfig) action {
	status := 302
	if config.StatusCode == types.RedirectActionStatusCodeEnumHttp301 {
		status = 301
	}
	part := func(text *string, fallback string) string {
		if text == nil {
			return fallback
		}
		return *text
	}
	protocol := strings.ToLower(part(config.Protocol, "#{protocol}"))
	location := protocol + "://" + part(config.Host, "#{host}") + ":" + part(config.Port, "#{port}") + part(config.Path, "/#{path}")
	if query := part(config.Query, "#{query}"); query != "" {
		location += "?" + query
	}
	return func(c *client) bool {
		c.listener.meter.redirects.Add(1)
		host, port, given := strings.Cut(string(c.frame.host), ":")
		if !given {
			port = strconv.Itoa(c.listener.port)
		}
		text := strings.NewReplacer("#{protocol}", "http", "#{host}", host,
			"#{port}", port, "#{path}", strings.TrimPrefix(string(c.path), "/"),
			"#{query}", string(c.query)).Replace(location)
		return c.reply(status, "text/html", "", strings.TrimSuffix(text, "?"), true)
	}
}
