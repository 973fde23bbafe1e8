package ecs

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// client is the SDK's own client, which reaches the service without a socket.
func (w *world) client() *ecs.Client {
	return ecs.New(ecs.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://engine.test"), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("123456789012", "secret", ""),
		HTTPClient:  &http.Client{Transport: wire.Transport(wire.NewMux(w.Service()))},
	})
}

func TestTheSDKDeploysWaitsAndDeletes(t *testing.T) {
	inWorld(t, func(w *world) {
		c, ctx := w.client(), w.ctx
		want[*ecs.CreateClusterOutput](t)(c.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String("shop")}))
		want[*ecs.RegisterTaskDefinitionOutput](t)(c.RegisterTaskDefinition(ctx, app()))
		in := balanced()
		in.Cluster, in.Tags = aws.String("shop"), []types.Tag{{Key: aws.String("owner"), Value: aws.String("me")}}
		want[*ecs.CreateServiceOutput](t)(c.CreateService(ctx, in))
		look := &ecs.DescribeServicesInput{Cluster: aws.String("shop"), Services: []string{"web"}, Include: []types.ServiceField{"TAGS"}}
		if err := ecs.NewServicesStableWaiter(c).Wait(ctx, look, 10*time.Minute); err != nil {
			t.Fatal(err)
		}
		s := want[*ecs.DescribeServicesOutput](t)(c.DescribeServices(ctx, look)).Services[0]
		if *s.Tags[0].Value != "me" || s.RunningCount != 2 || *s.DeploymentConfiguration.MaximumPercent != 200 || s.DeploymentController.Type != "ECS" {
			t.Errorf("%+v", s)
		}
		tasks := want[*ecs.ListTasksOutput](t)(c.ListTasks(ctx, &ecs.ListTasksInput{Cluster: aws.String("shop"), StartedBy: aws.String("ecs-svc/" + last(*s.CurrentServiceRevisions[0].Arn))}))
		if len(tasks.TaskArns) != 2 {
			t.Errorf("%v", tasks.TaskArns)
		}
		want[*ecs.DeleteServiceOutput](t)(c.DeleteService(ctx, &ecs.DeleteServiceInput{Cluster: aws.String("shop"), Service: s.ServiceArn, Force: aws.Bool(true)}))
		if err := ecs.NewServicesInactiveWaiter(c).Wait(ctx, look, 10*time.Minute); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		want[*ecs.DeleteClusterOutput](t)(c.DeleteCluster(ctx, &ecs.DeleteClusterInput{Cluster: aws.String("shop")}))
		_, err := c.ListTasks(ctx, &ecs.ListTasksInput{Cluster: aws.String("shop")})
		if got := faultText(err); got != "ClusterNotFoundException: The referenced cluster was inactive." {
			t.Error(got)
		}
	})
}

func TestAnUnchangedClientTokenCreatesOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), web())
		in := web()
		in.ServiceName, in.ClientToken = aws.String("other"), aws.String("once")
		first := want[*ecs.CreateServiceOutput](t)(w.client().CreateService(w.ctx, in))
		again := want[*ecs.CreateServiceOutput](t)(w.client().CreateService(w.ctx, in))
		if *first.Service.CurrentServiceDeployment != *again.Service.CurrentServiceDeployment {
			t.Error("two deployments for one token")
		}
		in.DesiredCount = aws.Int32(7)
		if _, err := w.client().CreateService(w.ctx, in); faultText(err) != "InvalidParameterException: Creation of service was not idempotent." {
			t.Error(err)
		}
	})
}

func TestTaskDefinitionsComeAndGo(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), web())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		c, ctx := w.client(), w.ctx
		want[*ecs.RegisterTaskDefinitionOutput](t)(c.RegisterTaskDefinition(ctx, app()))
		names := func(status types.TaskDefinitionStatus) string {
			list := want[*ecs.ListTaskDefinitionsOutput](t)(c.ListTaskDefinitions(ctx, &ecs.ListTaskDefinitionsInput{FamilyPrefix: aws.String("app"), Status: status}))
			var short []string
			for _, arn := range list.TaskDefinitionArns {
				short = append(short, last(arn))
			}
			return strings.Join(short, " ")
		}
		for _, name := range []string{"app:1", "app:2"} {
			want[*ecs.DeregisterTaskDefinitionOutput](t)(c.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &name}))
		}
		out := want[*ecs.DeleteTaskDefinitionsOutput](t)(c.DeleteTaskDefinitions(ctx, &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: []string{"app:1", "app:2", "app:3"}}))
		if len(out.TaskDefinitions) != 2 || len(out.Failures) != 1 {
			t.Errorf("%+v", out)
		}
		time.Sleep(2 * time.Second)
		if got := names(types.TaskDefinitionStatusDeleteInProgress); got != "app:1" {
			t.Errorf("in use: %q, want app:1", got)
		}
		want[*ecs.DeleteServiceOutput](t)(c.DeleteService(ctx, &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)}))
		time.Sleep(time.Minute)
		if got := names(types.TaskDefinitionStatusDeleteInProgress); got != "" {
			t.Errorf("unused: %q", got)
		}
	})
}

func TestTagsAreKeptAndListed(t *testing.T) {
	w := newWorld(t)
	w.create(app(), web())
	c, ctx := w.client(), w.ctx
	service := want[*ecs.DescribeServicesOutput](t)(c.DescribeServices(ctx, &ecs.DescribeServicesInput{Services: []string{"web"}})).Services[0]
	for _, arn := range []string{*service.ServiceArn, *service.ClusterArn, *service.TaskDefinition} {
		want[*ecs.TagResourceOutput](t)(c.TagResource(ctx, &ecs.TagResourceInput{ResourceArn: &arn, Tags: []types.Tag{
			{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")}}}))
		want[*ecs.UntagResourceOutput](t)(c.UntagResource(ctx, &ecs.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"a"}}))
		out := want[*ecs.ListTagsForResourceOutput](t)(c.ListTagsForResource(ctx, &ecs.ListTagsForResourceInput{ResourceArn: &arn}))
		if len(out.Tags) != 1 || *out.Tags[0].Key != "b" {
			t.Errorf("%s: %+v", arn, out.Tags)
		}
	}
	count := 0
	for _, tagged := range w.Tagged(w.ctx) {
		if tagged.Tags["b"] == "2" {
			count++
		}
	}
	if count != 3 {
		t.Errorf("%d tagged resources, want 3", count)
	}
}
