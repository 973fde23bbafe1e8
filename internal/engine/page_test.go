package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	tagtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secrettypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	quotatypes "github.com/aws/aws-sdk-go-v2/service/servicequotas/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"photon/internal/engine"
)

// each takes the name out of every item of a page.
func each[T any](items []T, name func(T) string) []string {
	var names []string
	for _, item := range items {
		names = append(names, name(item))
	}
	return names
}

// some is an answer that is empty rather than nil on an error.
func some[T any](out *T, err error) (*T, error) {
	if err != nil {
		return new(T), err
	}
	return out, nil
}

// list asks for one page; a nil limit is AWS's own page size.
type list func(w *world, s *stack, token *string, limit *int32) (names []string, next *string, err error)

// lists are the operations that answer in pages, with the smallest page that
// AWS gives.
var lists = []struct {
	operation string
	smallest  int32
	list      list
}{
	{"ecs ListClusters", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ecs.ListClusters(w.Context(), &ecs.ListClustersInput{NextToken: token, MaxResults: limit}))
		return out.ClusterArns, out.NextToken, err
	}},
	{"ecs ListServices", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ecs.ListServices(w.Context(), &ecs.ListServicesInput{Cluster: aws.String("shop"), NextToken: token, MaxResults: limit}))
		return out.ServiceArns, out.NextToken, err
	}},
	{"ecs ListTasks", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ecs.ListTasks(w.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop"), NextToken: token, MaxResults: limit}))
		return out.TaskArns, out.NextToken, err
	}},
	{"ecs ListTaskDefinitions", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ecs.ListTaskDefinitions(w.Context(), &ecs.ListTaskDefinitionsInput{NextToken: token, MaxResults: limit}))
		return out.TaskDefinitionArns, out.NextToken, err
	}},
	{"ecs ListTaskDefinitionFamilies", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ecs.ListTaskDefinitionFamilies(w.Context(), &ecs.ListTaskDefinitionFamiliesInput{NextToken: token, MaxResults: limit}))
		return out.Families, out.NextToken, err
	}},
	{"ecs ListServiceDeployments", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ecs.ListServiceDeployments(w.Context(), &ecs.ListServiceDeploymentsInput{
			Cluster: aws.String("shop"), Service: aws.String("web"), NextToken: token, MaxResults: limit}))
		return each(out.ServiceDeployments, func(d ecstypes.ServiceDeploymentBrief) string { return *d.ServiceDeploymentArn }), out.NextToken, err
	}},
	{"elbv2 DescribeLoadBalancers", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.elb.DescribeLoadBalancers(w.Context(), &elb.DescribeLoadBalancersInput{Marker: token, PageSize: limit}))
		return each(out.LoadBalancers, func(b elbtypes.LoadBalancer) string { return *b.LoadBalancerName }), out.NextMarker, err
	}},
	{"elbv2 DescribeTargetGroups", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.elb.DescribeTargetGroups(w.Context(), &elb.DescribeTargetGroupsInput{Marker: token, PageSize: limit}))
		return each(out.TargetGroups, func(g elbtypes.TargetGroup) string { return *g.TargetGroupName }), out.NextMarker, err
	}},
	{"elbv2 DescribeListeners", 1, func(w *world, s *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.elb.DescribeListeners(w.Context(), &elb.DescribeListenersInput{LoadBalancerArn: &s.loadBalancer, Marker: token, PageSize: limit}))
		return each(out.Listeners, func(l elbtypes.Listener) string { return *l.ListenerArn }), out.NextMarker, err
	}},
	{"elbv2 DescribeRules", 1, func(w *world, s *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.elb.DescribeRules(w.Context(), &elb.DescribeRulesInput{ListenerArn: &s.listener, Marker: token, PageSize: limit}))
		return each(out.Rules, func(r elbtypes.Rule) string { return *r.Priority }), out.NextMarker, err
	}},
	{"ec2 DescribeSecurityGroups", 5, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ec2.DescribeSecurityGroups(w.Context(), &ec2.DescribeSecurityGroupsInput{NextToken: token, MaxResults: limit}))
		return each(out.SecurityGroups, func(g ec2types.SecurityGroup) string { return *g.GroupId }), out.NextToken, err
	}},
	{"ec2 DescribeSecurityGroupRules", 5, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ec2.DescribeSecurityGroupRules(w.Context(), &ec2.DescribeSecurityGroupRulesInput{NextToken: token, MaxResults: limit}))
		return each(out.SecurityGroupRules, func(r ec2types.SecurityGroupRule) string { return *r.SecurityGroupRuleId }), out.NextToken, err
	}},
	{"ec2 DescribeSubnets", 5, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ec2.DescribeSubnets(w.Context(), &ec2.DescribeSubnetsInput{NextToken: token, MaxResults: limit}))
		return each(out.Subnets, func(s ec2types.Subnet) string { return *s.SubnetId }), out.NextToken, err
	}},
	{"ec2 DescribeVpcs", 5, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ec2.DescribeVpcs(w.Context(), &ec2.DescribeVpcsInput{NextToken: token, MaxResults: limit}))
		return each(out.Vpcs, func(v ec2types.Vpc) string { return *v.VpcId }), out.NextToken, err
	}},
	{"iam ListRoles", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.iam.ListRoles(w.Context(), &iam.ListRolesInput{Marker: token, MaxItems: limit}))
		return each(out.Roles, func(r iamtypes.Role) string { return *r.RoleName }), out.Marker, err
	}},
	{"iam ListAttachedRolePolicies", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.iam.ListAttachedRolePolicies(w.Context(), &iam.ListAttachedRolePoliciesInput{RoleName: aws.String("execution"), Marker: token, MaxItems: limit}))
		return each(out.AttachedPolicies, func(p iamtypes.AttachedPolicy) string { return *p.PolicyName }), out.Marker, err
	}},
	{"iam ListRolePolicies", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.iam.ListRolePolicies(w.Context(), &iam.ListRolePoliciesInput{RoleName: aws.String("execution"), Marker: token, MaxItems: limit}))
		return out.PolicyNames, out.Marker, err
	}},
	{"logs DescribeLogGroups", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.logs.DescribeLogGroups(w.Context(), &cloudwatchlogs.DescribeLogGroupsInput{NextToken: token, Limit: limit}))
		return each(out.LogGroups, func(g logtypes.LogGroup) string { return *g.LogGroupName }), out.NextToken, err
	}},
	{"logs DescribeLogStreams", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.logs.DescribeLogStreams(w.Context(), &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: aws.String("/shop"), NextToken: token, Limit: limit}))
		return each(out.LogStreams, func(s logtypes.LogStream) string { return *s.LogStreamName }), out.NextToken, err
	}},
	{"logs FilterLogEvents", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.logs.FilterLogEvents(w.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/shop"), NextToken: token, Limit: limit}))
		return each(out.Events, func(e logtypes.FilteredLogEvent) string { return *e.EventId }), out.NextToken, err
	}},
	{"cloudwatch DescribeAlarms", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.metrics.DescribeAlarms(w.Context(), &cloudwatch.DescribeAlarmsInput{NextToken: token, MaxRecords: limit}))
		return each(out.MetricAlarms, func(a cwtypes.MetricAlarm) string { return *a.AlarmName }), out.NextToken, err
	}},
	{"ecr DescribeRepositories", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ecr.DescribeRepositories(w.Context(), &ecr.DescribeRepositoriesInput{NextToken: token, MaxResults: limit}))
		return each(out.Repositories, func(r ecrtypes.Repository) string { return *r.RepositoryName }), out.NextToken, err
	}},
	{"secretsmanager ListSecrets", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.secrets.ListSecrets(w.Context(), &secretsmanager.ListSecretsInput{NextToken: token, MaxResults: limit}))
		return each(out.SecretList, func(s secrettypes.SecretListEntry) string { return *s.Name }), out.NextToken, err
	}},
	{"ssm DescribeParameters", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ssm.DescribeParameters(w.Context(), &ssm.DescribeParametersInput{NextToken: token, MaxResults: limit}))
		return each(out.Parameters, func(p ssmtypes.ParameterMetadata) string { return *p.Name }), out.NextToken, err
	}},
	{"ssm GetParametersByPath", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.ssm.GetParametersByPath(w.Context(), &ssm.GetParametersByPathInput{Path: aws.String("/page"), NextToken: token, MaxResults: limit}))
		return each(out.Parameters, func(p ssmtypes.Parameter) string { return *p.Name }), out.NextToken, err
	}},
	{"tagging GetResources", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.tags.GetResources(w.Context(), &resourcegroupstaggingapi.GetResourcesInput{
			TagFilters: []tagtypes.TagFilter{{Key: aws.String("page")}}, PaginationToken: token, ResourcesPerPage: limit}))
		return each(out.ResourceTagMappingList, func(m tagtypes.ResourceTagMapping) string { return *m.ResourceARN }), out.PaginationToken, err
	}},
	{"servicequotas ListServiceQuotas", 1, func(w *world, _ *stack, token *string, limit *int32) ([]string, *string, error) {
		out, err := some(w.quotas.ListServiceQuotas(w.Context(), &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("elasticloadbalancing"), NextToken: token, MaxResults: limit}))
		return each(out.Quotas, func(q quotatypes.ServiceQuota) string { return *q.QuotaCode }), out.NextToken, err
	}},
}

// fill makes three of everything that is listed.
func (w *world) fill(s *stack) {
	w.Helper()
	ctx := w.Context()
	w.update(s.definition("web:2", "MEMORY_LOG=one\\ntwo\\nthree"))
	w.deployed()
	time.Sleep(time.Minute)
	tag := map[string]string{"page": "yes"}
	for i := range 3 {
		name, number := fmt.Sprintf("page-%d", i), int32(i)
		must[ecs.CreateClusterOutput](w)(w.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: &name}))
		in := s.service()
		in.ServiceName, in.LoadBalancers, in.DesiredCount = &name, nil, aws.Int32(0)
		must[ecs.CreateServiceOutput](w)(w.ecs.CreateService(ctx, in))
		d := s.definition("web:1")
		d.Family = &name
		w.register(d)
		must[elb.CreateLoadBalancerOutput](w)(w.elb.CreateLoadBalancer(ctx, &elb.CreateLoadBalancerInput{Name: &name, Subnets: s.subnets[:2]}))
		must[elb.CreateListenerOutput](w)(w.elb.CreateListener(ctx, &elb.CreateListenerInput{
			LoadBalancerArn: &s.loadBalancer, Port: aws.Int32(9000 + number), Protocol: elbtypes.ProtocolEnumHttp, DefaultActions: notFound()}))
		must[elb.CreateRuleOutput](w)(w.elb.CreateRule(ctx, &elb.CreateRuleInput{
			ListenerArn: &s.listener, Priority: aws.Int32(10 + number), Conditions: onPath("/" + name), Actions: notFound()}))
		w.role(name)
		must[iam.PutRolePolicyOutput](w)(w.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("execution"), PolicyName: &name,
			PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:GetParameters","Resource":"*"}]}`)}))
		policy := must[iam.CreatePolicyOutput](w)(w.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &name,
			PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`)}))
		must[iam.AttachRolePolicyOutput](w)(w.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String("execution"), PolicyArn: policy.Policy.Arn}))
		must[cloudwatchlogs.CreateLogGroupOutput](w)(w.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name, Tags: tag}))
		w.fillMore(name)
	}
	for i := range 6 {
		name := fmt.Sprintf("page-%d", i)
		vpc := must[ec2.CreateVpcOutput](w)(w.ec2.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String(fmt.Sprintf("10.20%d.0.0/16", i))})).Vpc
		must[ec2.CreateSubnetOutput](w)(w.ec2.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: vpc.VpcId, CidrBlock: aws.String(fmt.Sprintf("10.20%d.0.0/24", i))}))
		must[ec2.CreateSecurityGroupOutput](w)(w.ec2.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{GroupName: &name, Description: &name, VpcId: vpc.VpcId}))
	}
}

func (w *world) fillMore(name string) {
	w.Helper()
	ctx := w.Context()
	must[cloudwatch.PutMetricAlarmOutput](w)(w.metrics.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"), Statistic: cwtypes.StatisticAverage,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(50), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold}))
	must[ecr.CreateRepositoryOutput](w)(w.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &name}))
	must[secretsmanager.CreateSecretOutput](w)(w.secrets.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: &name, SecretString: aws.String("x")}))
	must[ssm.PutParameterOutput](w)(w.ssm.PutParameter(ctx, &ssm.PutParameterInput{Name: aws.String("/page/" + name), Value: aws.String("x"), Type: ssmtypes.ParameterTypeString}))
}

func TestListsOfSmallPagesAreWhole(t *testing.T) {
	inWorld(t, engine.Options{}, func(w *world) {
		s := w.deploy()
		w.fill(s)
		for _, l := range lists {
			all, _, err := l.list(w, s, nil, nil)
			if err != nil || len(all) <= int(l.smallest) {
				w.Errorf("%s: %d in all, %v", l.operation, len(all), err)
				continue
			}
			var paged []string
			var token *string
			for more := true; more && len(paged) <= len(all); more = aws.ToString(token) != "" {
				var page []string
				if page, token, err = l.list(w, s, token, &l.smallest); err != nil || len(page) > int(l.smallest) {
					w.Errorf("%s: a page of %d, %v", l.operation, len(page), err)
					break
				}
				paged = append(paged, page...)
			}
			if !slices.Equal(paged, all) {
				w.Errorf("%s: pages %v, all %v", l.operation, paged, all)
			}
			if _, _, err := l.list(w, s, aws.String("no token"), nil); err == nil {
				w.Errorf("%s: a made-up token is accepted", l.operation)
			}
		}
	})
}

func TestRevisionsAreListedByNumber(t *testing.T) {
	inWorld(t, engine.Options{}, func(w *world) {
		s := w.place()
		s.role = w.role("execution")
		for range 11 {
			w.register(s.definition("web:1"))
		}
		out := must[ecs.ListTaskDefinitionsOutput](w)(w.ecs.ListTaskDefinitions(w.Context(), &ecs.ListTaskDefinitionsInput{
			FamilyPrefix: aws.String("web"), Sort: ecstypes.SortOrderDesc, MaxResults: aws.Int32(2),
		}))
		want := []string{"arn:aws:ecs:us-east-1:123456789012:task-definition/web:11", "arn:aws:ecs:us-east-1:123456789012:task-definition/web:10"}
		if !slices.Equal(out.TaskDefinitionArns, want) {
			w.Errorf("%v, want %v", out.TaskDefinitionArns, want)
		}
	})
}
