package cloud

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"photon/internal/resource"
)

func apiError(operation, code, message string) error {
	return &smithy.OperationError{ServiceID: "X", OperationName: operation, Err: &smithy.GenericAPIError{Code: code, Message: message}}
}

func TestStepErrorsSayWhatAndWhetherItPasses(t *testing.T) {
	key := resource.Key{Kind: resource.KindTargetGroup, Name: "orders-a"}
	cases := []struct {
		name      string
		err       error
		text      string
		temporary bool
		hint      string
	}{
		{"in use", apiError("DeleteTargetGroup", "ResourceInUse", "Target group is currently in use."),
			"target group orders-a: Target group is currently in use", true, ""},
		{"role too young", apiError("CreateService", "InvalidParameterException", "Unable to assume the service linked role. Please verify …"),
			"target group orders-a: Unable to assume the service linked role. Please verify …", true, ""},
		{"no balancer yet", apiError("CreateService", "InvalidParameterException", "The target group with targetGroupArn a does not have an associated load balancer."),
			"target group orders-a: The target group with targetGroupArn a does not have an associated load balancer", true, ""},
		{"infrastructure role too young", apiError("CreateService", "InvalidParameterException", "Unable to assume role arn:aws:iam::1:role/a. Please verify …"),
			"target group orders-a: Unable to assume role arn:aws:iam::1:role/a. Please verify …", true, ""},
		{"group too young for a load balancer", apiError("CreateLoadBalancer", "InvalidSecurityGroup", "The specified security group does not exist."),
			"target group orders-a: The specified security group does not exist", true, ""},
		{"group too young for a service", apiError("CreateService", "InvalidParameterException", "Error retrieving security group information for [sg-1]: it does not exist (ErrorCode: InvalidGroup.NotFound)"),
			"target group orders-a: Error retrieving security group information for [sg-1]: it does not exist (ErrorCode: InvalidGroup.NotFound)", true, ""},
		{"wrong", apiError("CreateService", "InvalidParameterException", "No Fargate configuration exists."),
			"target group orders-a: No Fargate configuration exists", false, ""},
		{"denied", apiError("CreateTargetGroup", "AccessDenied", "User u may not"),
			"target group orders-a: permission denied for CreateTargetGroup: User u may not", false,
			`README.md lists the permissions that Photon needs, under "AWS permissions"`},
		{"login over", apiError("CreateTargetGroup", "ExpiredToken", "Token is expired"),
			"target group orders-a: Token is expired", false, "log in again (aws sso login), or renew the credentials"},
		{"a region that is not enabled", apiError("CreateTargetGroup", "UnrecognizedClientException", "The security token included in the request is invalid."),
			"target group orders-a: The security token included in the request is invalid", false,
			"log in again (aws sso login), renew the credentials, or enable the region if it is one to opt in to"},
		{"no answer", fmt.Errorf("x: %w", errors.New("connection refused")), "target group orders-a: connection refused", false, ""},
		{"taken", takenError(key, "billing/prod"), "target group orders-a: exists and belongs to billing/prod", false, "rename one of the two"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var step *StepError
			if !errors.As(explainStep(c.err, key), &step) {
				t.Fatalf("not a StepError")
			}
			compare(t, step.Error(), c.text)
			compare(t, fmt.Sprint(step.Temporary, step.Hint), fmt.Sprint(c.temporary, c.hint))
		})
	}
	if err := explainStep(context.Canceled, key); !errors.Is(err, context.Canceled) {
		t.Errorf("%v hides why it ended", err)
	}
}

func TestLimitsLetABurstPassAndThenARate(t *testing.T) {
	cases := []struct {
		operation operation
		calls     int
		want      time.Duration
	}{
		{operation{"ECS", "RegisterTaskDefinition"}, 25, 5 * time.Second},
		{operation{"ECS", "DeleteTaskDefinitions"}, 8, 3 * time.Second},
		{operation{"ECS", "UpdateService"}, 60, 2 * time.Second},
		{operation{"Elastic Load Balancing v2", "CreateLoadBalancer"}, 12, 10 * time.Second},
		{operation{"Elastic Load Balancing v2", "CreateRule"}, 26, 2 * time.Second},
		{operation{"ECS", "DescribeServices"}, 1000, 0},
	}
	for _, c := range cases {
		t.Run(c.operation.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, begin := newLimits(), time.Now()
				for range c.calls {
					if err := l.take(t.Context(), c.operation); err != nil {
						t.Fatal(err)
					}
				}
				compare(t, time.Since(begin).Round(time.Millisecond).String(), c.want.String())
			})
		})
	}
}

func TestALimitEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, o := newLimits(), operation{"Elastic Load Balancing v2", "SetSubnets"}
		for range 10 {
			if err := l.take(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		compare(t, fmt.Sprint(l.take(ctx, o)), "context deadline exceeded")
	})
}

func TestFailuresAreGroupedByTheWayTheyEnded(t *testing.T) {
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	task := func(id string, after time.Duration, reason string, containers ...types.Container) types.Task {
		return types.Task{
			TaskArn: aws.String("arn:task/c/" + id), StopCode: types.TaskStopCodeEssentialContainerExited,
			StoppedReason: &reason, StoppedAt: aws.Time(begin.Add(after)), Containers: containers,
		}
	}
	exited := types.Container{Name: aws.String("web"), ExitCode: aws.Int32(3)}
	fine := types.Container{Name: aws.String("sidecar"), ExitCode: aws.Int32(0)}
	groups := groupFailures([]types.Task{
		task("a", 0, "pull", types.Container{Name: aws.String("web"), Reason: aws.String("CannotPullContainerError")}),
		task("b", 1, "exit", fine, exited),
		task("c", 3, "exit", exited, fine),
		task("d", 2, "exit", exited),
	})
	var got string
	for _, g := range groups {
		got += fmt.Sprintf("%d %s %s %s %s %v\n", g.Count, g.Reason, g.Container, g.Detail, g.Task, aws.ToInt(g.ExitCode))
	}
	compare(t, got, "3 exit web  c 3\n1 pull web CannotPullContainerError a 0\n")
}
