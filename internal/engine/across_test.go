package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	tagtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"photon/internal/engine"
)

func TestAccountsAndRegionsAreSeparateWorlds(t *testing.T) {
	inWorld(t, engine.Options{}, func(w *world) {
		s := w.deploy()
		w.fill(s)
		for _, other := range [][2]string{{account, "eu-west-1"}, {"999999999999", region}} {
			home := w.clients
			w.clients = w.as(other[0], other[1])
			foreign := w.place()
			if foreign.vpc == s.vpc {
				w.Errorf("%v: the same VPC", other)
			}
			for _, l := range lists {
				if strings.HasPrefix(l.operation, "servicequotas") || strings.HasPrefix(l.operation, "iam") && other[0] == account {
					continue // the same everywhere; roles belong to an account in all regions
				}
				names, _, _ := l.list(w, s, nil, nil)
				here, _, _ := l.list(&world{T: w.T, clients: home}, s, nil, nil)
				if slices.ContainsFunc(names, func(name string) bool { return slices.Contains(here, name) && name != "default" }) {
					w.Errorf("%v: %s lists %v", other, l.operation, names)
				}
			}
			who := must[sts.GetCallerIdentityOutput](w)(w.sts.GetCallerIdentity(w.Context(), &sts.GetCallerIdentityInput{}))
			if *who.Account != other[0] {
				w.Errorf("account %s, want %s", *who.Account, other[0])
			}
			w.clients = home
		}
	})
}

func TestTagsAreFoundAcrossServices(t *testing.T) {
	inWorld(t, engine.Options{}, func(w *world) {
		s := w.deploy()
		repository := must[ecr.CreateRepositoryOutput](w)(w.ecr.CreateRepository(w.Context(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("web")})).Repository
		secret := must[secretsmanager.CreateSecretOutput](w)(w.secrets.CreateSecret(w.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("web"), SecretString: aws.String("x")}))
		service := w.service()
		arns := []string{
			*service.ServiceArn, *service.ClusterArn, *service.TaskDefinition, s.loadBalancer, s.listener, s.rule, s.blue,
			"arn:aws:ec2:us-east-1:123456789012:security-group/" + s.group, "arn:aws:ec2:us-east-1:123456789012:vpc/" + s.vpc,
			"arn:aws:logs:us-east-1:123456789012:log-group:/shop", *repository.RepositoryArn, *secret.ARN,
		}
		out := must[resourcegroupstaggingapi.TagResourcesOutput](w)(w.tags.TagResources(w.Context(), &resourcegroupstaggingapi.TagResourcesInput{
			ResourceARNList: arns, Tags: map[string]string{"owner": "orders", "stage": "test"},
		}))
		if len(out.FailedResourcesMap) != 0 {
			w.Errorf("%+v", out.FailedResourcesMap)
		}
		slices.Sort(arns)
		if found := w.tagged("orders"); !slices.Equal(found, arns) {
			w.Errorf("found\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(arns, "\n"))
		}
		if found := w.tagged("nobody"); len(found) != 0 {
			w.Errorf("found by another value: %v", found)
		}
		groups := must[ec2.DescribeSecurityGroupsOutput](w)(w.ec2.DescribeSecurityGroups(w.Context(), &ec2.DescribeSecurityGroupsInput{GroupIds: []string{s.group}}))
		if tags := groups.SecurityGroups[0].Tags; len(tags) != 2 {
			w.Errorf("the security group shows %d tags", len(tags))
		}
		must[elb.RemoveTagsOutput](w)(w.elb.RemoveTags(w.Context(), &elb.RemoveTagsInput{ResourceArns: []string{s.blue}, TagKeys: []string{"owner"}}))
		if found := w.tagged("orders"); slices.Contains(found, s.blue) || len(found) != len(arns)-1 {
			w.Errorf("after the removal: %v", found)
		}
	})
}

// tagged are the ARNs of what bears the owner tag.
func (w *world) tagged(owner string) []string {
	w.Helper()
	out := must[resourcegroupstaggingapi.GetResourcesOutput](w)(w.tags.GetResources(w.Context(), &resourcegroupstaggingapi.GetResourcesInput{
		TagFilters: []tagtypes.TagFilter{{Key: aws.String("owner"), Values: []string{owner}}},
	}))
	arns := each(out.ResourceTagMappingList, func(m tagtypes.ResourceTagMapping) string { return *m.ResourceARN })
	slices.Sort(arns)
	return arns
}

func TestATokenMakesARequestCountOnce(t *testing.T) {
	inWorld(t, engine.Options{}, func(w *world) {
		s, ctx := w.deploy(), w.Context()
		run := &ecs.RunTaskInput{
			Cluster: aws.String("shop"), TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate,
			NetworkConfiguration: s.tasks(), ClientToken: aws.String("once"),
		}
		first := must[ecs.RunTaskOutput](w)(w.ecs.RunTask(ctx, run)).Tasks[0]
		again := must[ecs.RunTaskOutput](w)(w.ecs.RunTask(ctx, run)).Tasks[0]
		if *first.TaskArn != *again.TaskArn {
			w.Errorf("two tasks for one token: %s and %s", *first.TaskArn, *again.TaskArn)
		}
		run.Count = aws.Int32(2)
		if _, err := w.ecs.RunTask(ctx, run); code(err) != "ConflictException" {
			w.Errorf("another request with the same token: %v", err)
		}
		in := s.service()
		in.ServiceName, in.ClientToken, in.DesiredCount = aws.String("second"), aws.String("once"), aws.Int32(0)
		one := must[ecs.CreateServiceOutput](w)(w.ecs.CreateService(ctx, in)).Service
		two := must[ecs.CreateServiceOutput](w)(w.ecs.CreateService(ctx, in)).Service
		if *one.CurrentServiceDeployment != *two.CurrentServiceDeployment {
			w.Error("two deployments for one token")
		}
		secret := &secretsmanager.CreateSecretInput{Name: aws.String("token"), SecretString: aws.String("x"), ClientRequestToken: aws.String(strings.Repeat("a", 32))}
		made := must[secretsmanager.CreateSecretOutput](w)(w.secrets.CreateSecret(ctx, secret))
		same := must[secretsmanager.CreateSecretOutput](w)(w.secrets.CreateSecret(ctx, secret))
		if *made.VersionId != *same.VersionId {
			w.Errorf("two versions for one token: %s and %s", *made.VersionId, *same.VersionId)
		}
	})
}

func TestANewRoleIsKnownOnlyAfterAWhile(t *testing.T) {
	inWorld(t, engine.Options{RoleDelay: 10 * time.Second}, func(w *world) {
		s := w.build()
		w.register(s.definition("web:1"))
		run := func() types.Task {
			out := must[ecs.RunTaskOutput](w)(w.ecs.RunTask(w.Context(), &ecs.RunTaskInput{
				Cluster: aws.String("shop"), TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: s.tasks(),
			}))
			time.Sleep(12 * time.Second)
			return must[ecs.DescribeTasksOutput](w)(w.ecs.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: []string{*out.Tasks[0].TaskArn}})).Tasks[0]
		}
		early := run()
		if *early.LastStatus != "STOPPED" || !strings.HasPrefix(*early.StoppedReason, "ECS was unable to assume the role '"+s.role+"'") {
			w.Errorf("at once: %s, %s", *early.LastStatus, aws.ToString(early.StoppedReason))
		}
		if late := run(); *late.LastStatus != "RUNNING" {
			w.Errorf("later: %s, %s", *late.LastStatus, aws.ToString(late.StoppedReason))
		}
	})
}

func TestALogGroupIsMadeForARoleThatMayMakeIt(t *testing.T) {
	inWorld(t, engine.Options{}, func(w *world) {
		s := w.build()
		d := s.definition("web:1", "MEMORY_LOG=hello")
		options := d.ContainerDefinitions[0].LogConfiguration.Options
		options["awslogs-group"], options["awslogs-create-group"] = "/made", "true"
		w.register(d)
		run := func() string {
			out := must[ecs.RunTaskOutput](w)(w.ecs.RunTask(w.Context(), &ecs.RunTaskInput{
				Cluster: aws.String("shop"), TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: s.tasks(),
			}))
			time.Sleep(5 * time.Second)
			task := must[ecs.DescribeTasksOutput](w)(w.ecs.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: []string{*out.Tasks[0].TaskArn}})).Tasks[0]
			return *task.LastStatus + " " + aws.ToString(task.StoppedReason)
		}
		if got := run(); !strings.HasPrefix(got, "STOPPED ResourceInitializationError: ") || !strings.Contains(got, "logs:CreateLogGroup") {
			w.Errorf("without the permission: %s", got)
		}
		must[iam.PutRolePolicyOutput](w)(w.iam.PutRolePolicy(w.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("execution"), PolicyName: aws.String("logs"),
			PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:CreateLogGroup","Resource":"*"}]}`)}))
		if got := run(); got != "RUNNING " {
			w.Errorf("with the permission: %s", got)
		}
		found := must[cloudwatchlogs.FilterLogEventsOutput](w)(w.logs.FilterLogEvents(w.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/made")}))
		if len(found.Events) != 1 || *found.Events[0].Message != "hello" {
			w.Errorf("%+v", found.Events)
		}
	})
}
