package resource_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"photon/internal/resource"
	"photon/internal/spec"
)

func service(name, environment, instance string, workloads ...string) *spec.Spec {
	s := &spec.Spec{Name: name, Environment: environment, Instance: instance}
	for _, w := range workloads {
		s.Workloads = append(s.Workloads, spec.Workload{
			Name: w, Image: "i", Arch: "amd64", HTTP: &spec.HTTP{Port: 8080}, Deploy: spec.Deploy{Min: 100, Max: 200},
		})
	}
	return s
}

func desired(t *testing.T, s *spec.Spec, region string) resource.Set {
	t.Helper()
	facts := resource.Facts{
		Region: region, Partition: "aws", Network: resource.Network{VPC: "vpc-1"}, Images: map[string]string{"i": "i@sha256:1"},
	}
	set, err := resource.Desired(s, facts, resource.Release{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// AWS's limits of names (reference: the API model of each service).
var limits = map[resource.Kind]*regexp.Regexp{
	resource.KindCluster:        regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`),
	resource.KindRole:           regexp.MustCompile(`^[\w+=,.@-]{1,64}$`),
	resource.KindLogGroup:       regexp.MustCompile(`^[._/#A-Za-z0-9-]{1,512}$`),
	resource.KindSecurityGroup:  regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`),
	resource.KindTargetGroup:    regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$`),
	resource.KindLoadBalancer:   regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$`),
	resource.KindTaskDefinition: regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`),
	resource.KindService:        regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`),
}

func TestNamesFitAWS(t *testing.T) {
	long := strings.Repeat("a-long-name-", 4)[:40]
	for key := range desired(t, service(long, long[:24], long, long[:20]), "ap-southeast-1") {
		if limit := limits[key.Kind]; limit != nil && !limit.MatchString(key.Name) {
			t.Errorf("%s %q does not match %s", key.Kind, key.Name, limit)
		}
	}
}

// AWS keeps the beginning "internal-" for the names of its own load balancers.
func TestNoLoadBalancerIsCalledInternal(t *testing.T) {
	for _, s := range []*spec.Spec{
		service("internal", "b", "", "web"), service("internal-api", "b", "", "web"), service("internal", "b", "c", "web"),
	} {
		for _, balancer := range desired(t, s, "eu-west-1").Of(resource.KindLoadBalancer) {
			if want := "photon-internal-"; !strings.HasPrefix(balancer.Key.Name, want) || len(balancer.Key.Name) > 32 {
				t.Errorf("%s does not begin with %s in 32 characters", balancer.Key.Name, want)
			}
		}
		name := desired(t, s, "eu-west-1").Of(resource.KindTargetGroup)[0].Key.Name
		if prefix := resource.BalancerPrefix(s.Name); !strings.HasPrefix(name, prefix) {
			t.Errorf("%s does not begin with %s", name, prefix)
		}
	}
}

// AWS binds a target group to one load balancer for ever.
func TestAnotherLoadBalancerHasOtherTargetGroups(t *testing.T) {
	public, internal := service("a", "b", "", "web"), service("a", "b", "", "web")
	internal.Workloads[0].HTTP.Internal = true
	have := desired(t, public, "eu-west-1")
	for key := range desired(t, internal, "eu-west-1") {
		if _, both := have[key]; both && (key.Kind == resource.KindTargetGroup || key.Kind == resource.KindLoadBalancer) {
			t.Errorf("%s is behind both load balancers", key)
		}
	}
}

// AWS moves tasks between zones only where more than the scale may run.
func TestZonesAreRebalancedWhereMoreThanTheScaleMayRun(t *testing.T) {
	for most, want := range map[int]string{100: "DISABLED", 101: "ENABLED"} {
		s := service("a", "b", "", "web")
		s.Workloads[0].Deploy = spec.Deploy{Min: 0, Max: most}
		document := desired(t, s, "eu-west-1").Of(resource.KindService)[0].Fields()
		if got := document["availabilityZoneRebalancing"]; got != want {
			t.Errorf("max %d%%: %s, want %s", most, got, want)
		}
	}
}

// Different services, environments, instances, workloads and regions never
// share anything but what their environment shares.
func TestNamesNeverCollide(t *testing.T) {
	owners := map[string]string{}
	specs := []*spec.Spec{
		service("a", "b", "", "c"), service("a", "b", "c", "d"), service("a-b", "c", "", "d"), service("a", "b-c", "", "d"),
		service("a", "b", "", "c-d"), service("a", "b", "c-d", "e"), service("a-b", "b", "", "c"),
		service("execution", "b", "", "role"), service("a", "c", "", "b"),
	}
	for _, s := range specs {
		for _, region := range []string{"eu-west-1", "eu-central-1"} {
			for _, r := range desired(t, s, region).Sorted() {
				place := region // everything but IAM is regional
				if r.Key.Kind == resource.KindRole {
					place = "global"
				}
				name, owner := place+" "+r.Key.String(), r.Owner
				if !r.Shared() {
					owner += " in " + region
				}
				if other, taken := owners[name]; taken && other != owner {
					t.Errorf("%s belongs to %s and to %s", name, other, owner)
				}
				owners[name] = owner
			}
		}
	}
}

func TestATaskDefinitionOfEverything(t *testing.T) {
	s := service("orders", "staging", "", "web")
	w := &s.Workloads[0]
	w.Secrets = map[string]spec.SecretRef{
		"URL": {Store: spec.SecretsManager, Name: "db", Key: "url"}, "KEY": {Store: spec.SSM, Name: "/key"},
	}
	w.Credentials = &spec.SecretRef{Store: spec.SecretsManager, Name: "registry"}
	w.Raw.TaskDefinition = []spec.PatchOperation{{Op: "add", Path: "/pidMode", Value: "task"}}
	facts := resource.Facts{
		Region: "eu-west-1", Partition: "aws", Images: map[string]string{"i": "i@sha256:1"},
		Keys:    map[string]string{"secretsmanager:db": "arn:key", "secretsmanager:registry": "arn:key"},
		Secrets: map[string]string{"secretsmanager:db": "arn:db", "ssm:/key": "arn:aws:ssm:key", "secretsmanager:registry": "arn:registry"},
	}
	set, err := resource.Desired(s, facts, resource.Release{})
	if err != nil {
		t.Fatal(err)
	}
	document := set[resource.Key{Kind: resource.KindTaskDefinition, Name: "staging_orders_web"}].Fields()
	container := document["containerDefinitions"].([]any)[0].(resource.Document)
	got, err := json.Marshal([]any{
		document["pidMode"], container["secrets"], container["repositoryCredentials"], container["logConfiguration"],
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `["task",` +
		`[{"name":"KEY","valueFrom":"arn:aws:ssm:key"},{"name":"URL","valueFrom":"arn:db:url::"}],` +
		`{"credentialsParameter":"arn:registry"},` +
		`{"logDriver":"awslogs","options":{"awslogs-group":"ref:log-group//photon/staging/orders","awslogs-region":"eu-west-1",` +
		`"awslogs-stream-prefix":"web","max-buffer-size":"25m","mode":"non-blocking"}}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	policy, err := json.Marshal(set.Of(resource.KindRolePolicy))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`{"actions":["secretsmanager:GetSecretValue"],"resources":["arn:db","arn:registry"]}`,
		`{"actions":["ssm:GetParameters"],"resources":["arn:aws:ssm:key"]}`,
		`{"actions":["kms:Decrypt"],"resources":["arn:key"]}`,
	} {
		if !strings.Contains(string(policy), statement) {
			t.Errorf("the execution role may not %s:\n%s", statement, policy)
		}
	}
}

// All inline policies of a role hold 10,240 characters together, so that one
// role cannot hold those of all services of an environment.
func TestServicesThatHaveSecretsStartTasksWithARoleOfTheirOwn(t *testing.T) {
	for secrets, want := range map[string]string{"": "b", "x": "a/b"} {
		s := service("a", "b", "", "web")
		if secrets != "" {
			s.Workloads[0].Secrets = map[string]spec.SecretRef{"X": {Store: spec.SSM, Name: secrets}}
		}
		set := desired(t, s, "eu-west-1")
		key, _ := resource.ParseRef(set.Of(resource.KindTaskDefinition)[0].Fields()["executionRoleArn"].(string))
		if got := set[key].Owner; got != want {
			t.Errorf("secrets %q: the execution role %s is of %s, want %s", secrets, key.Name, got, want)
		}
	}
}

func TestAPatchThatDoesNotApplyIsAnError(t *testing.T) {
	s := service("orders", "staging", "", "web")
	s.Workloads[0].Raw.Service = []spec.PatchOperation{{Op: "remove", Path: "/nothing"}}
	_, err := resource.Desired(s, resource.Facts{}, resource.Release{})
	if err == nil || !strings.HasPrefix(err.Error(), "raw.service of web: ") {
		t.Errorf("got %v", err)
	}
}
