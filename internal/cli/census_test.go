package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"photon/internal/engine/wire"
	"photon/internal/resource"
)

// census lists by name everything that is in the account, whoever owns it.
// What has no name of its own is listed by what it is for.
func (w *world) census() string {
	w.Helper()
	lines := slices.Repeat([]string{"containers of a task"}, w.runtime.Sandboxes())
	lines = slices.Concat(lines, w.networkNames(), w.balancingNames(), w.roleNames(), w.logNames(), w.clusterNames())
	slices.Sort(lines)
	return unhashed(strings.Join(lines, "\n"))
}

func (w *world) networkNames() (lines []string) {
	w.Helper()
	client := ec2.NewFromConfig(w.byHand())
	groups := must(client.DescribeSecurityGroups(w.Context(), &ec2.DescribeSecurityGroupsInput{}))(w)
	for _, g := range groups.SecurityGroups {
		lines = append(lines, "security group "+aws.ToString(g.GroupName))
	}
	interfaces := must(client.DescribeNetworkInterfaces(w.Context(), &ec2.DescribeNetworkInterfacesInput{}))(w)
	for _, i := range interfaces.NetworkInterfaces {
		name, _, _ := strings.Cut(aws.ToString(i.Description), ":")
		lines = append(lines, "network interface of "+name)
	}
	return lines
}

func (w *world) balancingNames() (lines []string) {
	w.Helper()
	client := elasticloadbalancingv2.NewFromConfig(w.byHand())
	groups := must(client.DescribeTargetGroups(w.Context(), &elasticloadbalancingv2.DescribeTargetGroupsInput{}))(w)
	for _, g := range groups.TargetGroups {
		lines = append(lines, "target group "+aws.ToString(g.TargetGroupName))
	}
	balancers := must(client.DescribeLoadBalancers(w.Context(), &elasticloadbalancingv2.DescribeLoadBalancersInput{}))(w)
	for _, b := range balancers.LoadBalancers {
		lines = append(lines, "load balancer "+aws.ToString(b.LoadBalancerName))
	}
	return lines
}

func (w *world) roleNames() (lines []string) {
	w.Helper()
	roles := must(iam.NewFromConfig(w.byHand()).ListRoles(w.Context(), &iam.ListRolesInput{}))(w)
	for _, r := range roles.Roles {
		lines = append(lines, "role "+aws.ToString(r.RoleName))
	}
	return lines
}

func (w *world) logNames() (lines []string) {
	w.Helper()
	client := cloudwatchlogs.NewFromConfig(w.byHand())
	groups := must(client.DescribeLogGroups(w.Context(), &cloudwatchlogs.DescribeLogGroupsInput{}))(w)
	for _, g := range groups.LogGroups {
		lines = append(lines, "log group "+aws.ToString(g.LogGroupName))
	}
	return lines
}

func (w *world) clusterNames() (lines []string) {
	w.Helper()
	client := ecs.NewFromConfig(w.byHand())
	for _, status := range []ecstypes.TaskDefinitionStatus{ecstypes.TaskDefinitionStatusActive, ecstypes.TaskDefinitionStatusInactive} {
		definitions := must(client.ListTaskDefinitions(w.Context(), &ecs.ListTaskDefinitionsInput{Status: status}))(w)
		for _, definition := range definitions.TaskDefinitionArns {
			lines = append(lines, "task definition "+afterSlash(definition))
		}
	}
	clusters := must(client.ListClusters(w.Context(), &ecs.ListClustersInput{}))(w)
	for _, cluster := range clusters.ClusterArns {
		lines = append(lines, "cluster "+afterSlash(cluster))
		services := must(client.ListServices(w.Context(), &ecs.ListServicesInput{Cluster: &cluster}))(w)
		for _, service := range services.ServiceArns {
			lines = append(lines, "service "+afterSlash(service))
		}
		tasks := must(client.ListTasks(w.Context(), &ecs.ListTasksInput{Cluster: &cluster}))(w)
		lines = append(lines, slices.Repeat([]string{"task"}, len(tasks.TaskArns))...)
	}
	return lines
}

func afterSlash(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// portrait is all that an owner has, with every attribute that Photon knows
// of, and how many tasks run. It holds no id, no time and no release.
func (w *world) portrait(owner string) string {
	w.Helper()
	account := must(w.account(w.Context(), wire.Transport(w.engine), worldRegion))(w)
	live := must(account.Live(w.Context(), owner, nil))(w)
	var lines []string
	for _, r := range live.Set.Sorted() {
		text := must(json.Marshal(withoutRelease(r.Fields())))(w)
		lines = append(lines, fmt.Sprintf("%s of %s: %s", r.Key, r.Owner, text))
	}
	for _, s := range must(account.Services(w.Context(), owner))(w) {
		lines = append(lines, fmt.Sprintf("%s runs %d of %d tasks of %s: %s",
			s.Workload, s.Running, s.Desired, s.Image, s.Deployment.Status))
	}
	return unhashed(strings.Join(lines, "\n"))
}

// hashes are different in every world: ids, and ends of names that ids go into.
var hashes = regexp.MustCompile(`([-_/])([0-9a-f]{8}|[0-9a-f]{16,17})\b`)

func unhashed(text string) string { return hashes.ReplaceAllString(text, "$1#") }

// withoutRelease leaves out the label that says when a revision was made.
func withoutRelease(fields resource.Document) resource.Document {
	fields = maps.Clone(fields)
	containers, ok := fields["containerDefinitions"].([]any)
	if !ok {
		return fields
	}
	containers = slices.Clone(containers)
	for i := range containers {
		container := maps.Clone(containers[i].(map[string]any))
		delete(container, "dockerLabels")
		containers[i] = container
	}
	fields["containerDefinitions"] = containers
	return fields
}
