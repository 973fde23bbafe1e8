package plan_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/spec"
)

const owner = "orders/staging"

func orders() *spec.Spec {
	return &spec.Spec{
		Name: "orders", Environment: "staging",
		Workloads: []spec.Workload{{
			Name: "web", Image: "registry/orders:1", CPU: 256, Memory: 512, Arch: "amd64", StopTimeout: 30 * time.Second,
			Env:     map[string]string{"LOG_LEVEL": "info"},
			Secrets: map[string]spec.SecretRef{"URL": {Store: spec.SecretsManager, Name: "db", Key: "url"}},
			HTTP: &spec.HTTP{Port: 8080, Drain: 20 * time.Second, Health: spec.Health{
				Path: "/", Interval: 10 * time.Second, Timeout: 5 * time.Second, Healthy: 2, Unhealthy: 3,
				Expect: "200-399", Grace: 30 * time.Second,
			}},
			Scale: 2, Deploy: spec.Deploy{Strategy: spec.Rolling, Min: 100, Max: 200}, Logs: spec.Logs{Retention: 30},
		}},
	}
}

func facts() resource.Facts {
	return resource.Facts{
		Account: "111111111111", Region: "eu-west-1", Partition: "aws",
		Network: resource.Network{
			VPC: "vpc-1", Subnets: []string{"subnet-a", "subnet-b"},
			LoadBalancerSubnets: []string{"subnet-a", "subnet-b"}, PublicIP: true,
		},
		Images:  map[string]string{"registry/orders:1": "registry/orders@sha256:1", "registry/orders:2": "registry/orders@sha256:2"},
		Secrets: map[string]string{"secretsmanager:db": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf"},
	}
}

func desired(t *testing.T, change func(*spec.Spec)) resource.Set {
	t.Helper()
	s := orders()
	if change != nil {
		change(s)
	}
	set, err := resource.Desired(s, facts(), resource.Release{Spec: s, Facts: facts()})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// live is what AWS would show of a set: the same things with ids, and members
// that AWS fills in by itself.
func live(set resource.Set) resource.Set {
	have := resource.Set{}
	for key, r := range set {
		r.ID, r.After = "id of "+key.String(), nil
		if document, ok := r.Attributes.(resource.Document); ok {
			document = maps.Clone(document)
			document["filledInByAWS"] = "yes"
			r.Attributes = document
		}
		have[key] = r
	}
	return have
}

func diff(t *testing.T, in plan.Input) *plan.Plan {
	t.Helper()
	in.Owner = owner
	p, err := plan.Diff(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPlanOfWhatExistsIsEmpty(t *testing.T) {
	want := desired(t, nil)
	p := diff(t, plan.Input{Want: want, Have: live(want), Last: want})
	if !p.Empty() || p.Unchanged != len(want) {
		t.Errorf("got %d steps, %d unchanged of %d:\n%s", len(p.Steps), p.Unchanged, len(want), p)
	}
}

// edited is what AWS would show of the orders service after somebody changed
// one of its resources by hand.
func edited(t *testing.T, kind resource.Kind, edit func(resource.Document)) resource.Set {
	t.Helper()
	have := live(desired(t, nil))
	for key, r := range have {
		if key.Kind == kind {
			fields := r.Fields()
			edit(fields)
			r.Attributes = fields
			have[key] = r
		}
	}
	return have
}

// failed is a set whose service could not be rolled out.
func failed(set resource.Set) resource.Set {
	for key, r := range set {
		if key.Kind == resource.KindService {
			r.Failed = "tasks failed to start."
			set[key] = r
		}
	}
	return set
}

func without(set resource.Set, kinds ...resource.Kind) resource.Set {
	maps.DeleteFunc(set, func(key resource.Key, _ resource.Resource) bool { return slices.Contains(kinds, key.Kind) })
	return set
}

func container(document resource.Document) resource.Document {
	return document["containerDefinitions"].([]any)[0].(resource.Document)
}

func TestPlansAsText(t *testing.T) {
	base := desired(t, nil)
	newImage := func(s *spec.Spec) { s.Workloads[0].Image = "registry/orders:2" }
	cases := []struct {
		name, text string
		in         plan.Input
	}{
		{"a first deployment", `
  + cluster           photon-staging
  + security group    photon_staging_orders_web_balancer_8ca061c9
  + security group    photon_staging_orders_web_tasks_8ca061c9
  + load balancer     orders-web-3ff68089
  + log group         /photon/staging/orders
  + role              photon_staging_eu-west-1_infrastructure
  + role              photon_staging_eu-west-1_orders_execution
  + role              photon_staging_eu-west-1_orders_web_task
  + target group      orders-web-a-16d91ea8
  + target group      orders-web-b-068c7652
  + task definition   staging_orders_web
  + service           orders_web

12 to create, 0 to change, 0 to delete`, plan.Input{Want: base}},

		{"a new image changes a task definition and a service", `
  ~ task definition   staging_orders_web
      containerDefinitions.web.image: registry/orders@sha256:1 → registry/orders@sha256:2
  ~ service           orders_web
      task definition changes

0 to create, 2 to change, 0 to delete`, plan.Input{Want: desired(t, newImage), Have: live(base), Last: base}},

		{"variables that the file changes", `
  + role              photon_staging_eu-west-1_execution
  ~ task definition   staging_orders_web
      containerDefinitions.web.environment.LOG_LEVEL: info → debug
      containerDefinitions.web.environment.REGION: set to eu
      containerDefinitions.web.secrets: no longer {"URL":"arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf:url::"}
      role changes
  ~ service           orders_web
      task definition changes
  - role              photon_staging_eu-west-1_orders_execution  (no longer in the file)

1 to create, 2 to change, 1 to delete`, plan.Input{Want: desired(t, func(s *spec.Spec) {
			s.Workloads[0].Env = map[string]string{"LOG_LEVEL": "debug", "REGION": "eu"}
			s.Workloads[0].Secrets = nil
		}), Have: live(base), Last: base}},

		{"more tasks in the console is drift", `
  ~ service           orders_web
      desiredCount: 5 → 2  (changed outside Photon)

0 to create, 1 to change, 0 to delete`, plan.Input{Want: base, Last: base, Have: edited(t, resource.KindService, func(d resource.Document) {
			d["desiredCount"] = 5.0
		})}},

		{"a variable added in the console is drift", `
  ~ task definition   staging_orders_web
      containerDefinitions.web.environment.DEBUG: no longer 1  (changed outside Photon)
      containerDefinitions.web.user: no longer root  (changed outside Photon)
  ~ service           orders_web
      task definition changes

0 to create, 2 to change, 0 to delete`, plan.Input{Want: base, Last: base, Have: edited(t, resource.KindTaskDefinition, func(d resource.Document) {
			c := container(d)
			c["environment"] = append(c["environment"].([]any), resource.Document{"name": "DEBUG", "value": "1"})
			c["user"] = "root"
		})}},

		{"health settings changed in the console are drift", `
  ~ target group      orders-web-a-16d91ea8
      path: /old → /  (changed outside Photon)
  ~ target group      orders-web-b-068c7652
      path: /old → /  (changed outside Photon)

0 to create, 2 to change, 0 to delete`, plan.Input{Want: base, Last: base, Have: edited(t, resource.KindTargetGroup, func(d resource.Document) {
			d["path"] = "/old"
		})}},

		{"without a last release a difference is just a difference", `
  ~ service           orders_web
      desiredCount: 5 → 2

0 to create, 1 to change, 0 to delete`, plan.Input{Want: base, Have: edited(t, resource.KindService, func(d resource.Document) {
			d["desiredCount"] = 5.0
		})}},

		{"a service whose last rollout failed is tried again", `
  ~ service           orders_web
      tried again: tasks failed to start.

0 to create, 1 to change, 0 to delete
`, plan.Input{Want: base, Last: base, Have: failed(live(base))}},

		{"a load balancer that was deleted by hand", `
  + load balancer     orders-web-3ff68089  (deleted outside Photon)

1 to create, 0 to change, 0 to delete`, plan.Input{Want: base, Last: base, Have: without(live(base), resource.KindLoadBalancer, resource.KindListener, resource.KindRule)}},

		{"a workload that loses its port loses its load balancer", `
  ~ task definition   staging_orders_web
      containerDefinitions.web.portMappings: no longer {"http":{"appProtocol":"http","containerPort":8080,"name":"http","protocol":"tcp"}}
  ~ service           orders_web
      healthCheckGracePeriodSeconds: no longer 30
      loadBalancers: no longer {"ref:target-group/orders-web-a-16d91ea8":{"advancedConfiguration":{"alternateTargetGroupArn":"ref:target-group/orders-w…
      task definition changes
  - target group      orders-web-b-068c7652  (no longer in the file)
  - target group      orders-web-a-16d91ea8  (no longer in the file)
  - load balancer     orders-web-3ff68089  (no longer in the file)
  - ingress           photon_staging_orders_web_tasks_8ca061c9:8080  (no longer in the file)
  - security group    photon_staging_orders_web_balancer_8ca061c9  (no longer in the file)

0 to create, 2 to change, 5 to delete`, plan.Input{Want: desired(t, func(s *spec.Spec) { s.Workloads[0].HTTP = nil }), Have: live(base), Last: base}},

		{"terminating the last service takes everything", `
  - service           orders_web
  - task definition   staging_orders_web
  - target group      orders-web-b-068c7652
  - target group      orders-web-a-16d91ea8
  - role              photon_staging_eu-west-1_orders_web_task
  - role              photon_staging_eu-west-1_orders_execution
  - role              photon_staging_eu-west-1_infrastructure
  - log group         /photon/staging/orders
  - load balancer     orders-web-3ff68089
  - security group    photon_staging_orders_web_tasks_8ca061c9
  - security group    photon_staging_orders_web_balancer_8ca061c9
  - cluster           photon-staging

0 to create, 0 to change, 12 to delete`, plan.Input{Have: live(base), Last: base}},

		{"terminating one service of several leaves what is shared", `
  - service           orders_web
  - task definition   staging_orders_web
  - target group      orders-web-b-068c7652
  - target group      orders-web-a-16d91ea8
  - role              photon_staging_eu-west-1_orders_web_task
  - role              photon_staging_eu-west-1_orders_execution
  - log group         /photon/staging/orders
  - load balancer     orders-web-3ff68089
  - security group    photon_staging_orders_web_tasks_8ca061c9
  - security group    photon_staging_orders_web_balancer_8ca061c9

0 to create, 0 to change, 10 to delete`, plan.Input{Have: live(base), Last: base, Others: []string{"payments"}}},

		{"a half-made service is completed", `
  + log retention     /photon/staging/orders
  + rule              orders-web-3ff68089:80/production
  + task definition   staging_orders_web
  + service           orders_web

4 to create, 0 to change, 0 to delete`, plan.Input{Want: base, Have: without(live(base), resource.KindService, resource.KindTaskDefinition, resource.KindRule, resource.KindLogRetention)}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := diff(t, c.in).String()
			if strings.TrimSpace(got) != strings.TrimSpace(c.text) {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.text)
			}
		})
	}
}

func TestANameOfSomebodyElseIsRefusedBeforeAnything(t *testing.T) {
	want := desired(t, nil)
	have := live(want)
	key := resource.Key{Kind: resource.KindService, Name: "orders_web"}
	foreign := have[key]
	foreign.Owner = ""
	have[key] = foreign
	_, err := plan.Diff(plan.Input{Owner: owner, Want: want, Have: have})
	var taken *plan.TakenError
	if !errors.As(err, &taken) || err.Error() != "service orders_web: exists and is not Photon's" {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsSharedGoesWithTheLastService(t *testing.T) {
	have := live(desired(t, nil))
	stays := diff(t, plan.Input{Have: have, Others: []string{"payments/staging"}})
	goes := diff(t, plan.Input{Have: have})
	cluster := func(p *plan.Plan) bool {
		return slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Have.Shared() && s.Key().Kind == resource.KindCluster })
	}
	if cluster(stays) || !cluster(goes) {
		t.Errorf("cluster deleted: with another service %v, without %v", cluster(stays), cluster(goes))
	}
}

// A load balancer goes after the service that is behind one of its rules,
// although only the rule, which goes with it, is what the service mentions.
func TestALoadBalancerOutlivesWhatIsBehindIt(t *testing.T) {
	p := diff(t, plan.Input{Have: live(desired(t, nil))})
	find := func(kind resource.Kind) int {
		return slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.Key().Kind == kind })
	}
	service, balancer := find(resource.KindService), find(resource.KindLoadBalancer)
	if !slices.Contains(p.Steps[balancer].After, service) {
		t.Errorf("the load balancer goes after %v, the service is step %d", p.Steps[balancer].After, service)
	}
}

// A role keeps its policies until nothing has it any more: tasks that drain
// still need what they may do.
func TestPoliciesOutliveTheTasksThatNeedThem(t *testing.T) {
	have := live(desired(t, func(s *spec.Spec) {
		s.Workloads[0].Permissions = []spec.Permission{{Actions: []string{"s3:GetObject"}, Resources: []string{"*"}}}
	}))
	p := diff(t, plan.Input{Have: have})
	service := slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.Key().Kind == resource.KindService })
	var comesAfter func(i int) bool
	comesAfter = func(i int) bool { return i == service || slices.ContainsFunc(p.Steps[i].After, comesAfter) }
	for i, step := range p.Steps {
		if kind := step.Key().Kind; (kind == resource.KindRolePolicy || kind == resource.KindRoleAttachment) && !comesAfter(i) {
			t.Errorf("%s goes before the service", step.Key())
		}
	}
}

// Every step comes after what it needs: creations after what they refer to,
// deletions after what refers to them, in a graph without cycles.
func TestStepsAreOrdered(t *testing.T) {
	want := desired(t, nil)
	for name, in := range map[string]plan.Input{"create": {Want: want}, "terminate": {Have: live(want)}} {
		p := diff(t, in)
		done := map[int]bool{}
		for len(done) < len(p.Steps) {
			before := len(done)
			for i, step := range p.Steps {
				if !done[i] && !slices.ContainsFunc(step.After, func(j int) bool { return !done[j] }) {
					done[i] = true
				}
			}
			if len(done) == before {
				t.Fatalf("%s: steps wait for each other:\n%s", name, p)
			}
		}
	}
}
