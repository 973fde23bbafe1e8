//go:build docker

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// aws runs the AWS CLI against the tests' engine.
func aws(t *testing.T, args ...string) string {
	t.Helper()
	out, err := tryAWS(args...)
	if err != nil {
		t.Fatalf("aws %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return out
}

// awsCLI finds the AWS CLI; `make test` installs Debian's.
func awsCLI() string {
	const debian = "/usr/bin/aws"
	if _, err := os.Stat(debian); err == nil {
		return debian
	}
	return "aws"
}

func tryAWS(args ...string) (string, error) {
	command := exec.Command(awsCLI(), append([]string{"--endpoint-url", "http://" + the.address, "--output", "json"}, args...)...)
	command.Env = append(os.Environ(),
		"AWS_ACCESS_KEY_ID=000000000000", "AWS_SECRET_ACCESS_KEY=any", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_PAGER=", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
	out, err := command.CombinedOutput()
	return string(out), err
}

// The AWS CLI sees, changes, waits for and deletes what Photon made.
func TestTheAWSCLIJudges(t *testing.T) {
	path := file(t, "judge", nil)
	mustRun(t, 0, "--file", path, "--local")
	for _, look := range [][]string{
		{"sts", "get-caller-identity"},
		{"ecs", "describe-clusters", "--clusters", "photon-default", "--include", "TAGS"},
		{"ecs", "list-services", "--cluster", "photon-default"},
		{"ecs", "describe-services", "--cluster", "photon-default", "--services", "judge_web", "--include", "TAGS"},
		{"ecs", "list-tasks", "--cluster", "photon-default", "--service-name", "judge_web"},
		{"ecs", "list-task-definitions", "--family-prefix", "default_judge_web"},
		{"ecs", "describe-task-definition", "--task-definition", "default_judge_web"},
		{"elbv2", "describe-load-balancers"}, {"elbv2", "describe-target-groups"},
		{"ec2", "describe-vpcs"}, {"ec2", "describe-subnets"}, {"ec2", "describe-security-groups"},
		{"ec2", "describe-network-interfaces"},
		{"iam", "list-roles"}, {"iam", "get-role", "--role-name", "photon_default_us-east-1_execution"},
		{"iam", "list-attached-role-policies", "--role-name", "photon_default_us-east-1_execution"},
		{"logs", "describe-log-groups"}, {"logs", "filter-log-events", "--log-group-name", "/photon/default/judge"},
		{"ecr", "describe-repositories"}, {"ecr", "describe-images", "--repository-name", "photon-e2e-app"},
		{"resourcegroupstaggingapi", "get-resources", "--tag-filters", "Key=photon:owner,Values=judge/default"},
		{"cloudwatch", "list-metrics"},
		{"ecs", "wait", "services-stable", "--cluster", "photon-default", "--services", "judge_web"},
		{"elbv2", "wait", "load-balancer-available"},
	} {
		aws(t, look...)
	}
	aws(t, "ecs", "update-service", "--cluster", "photon-default", "--service", "judge_web", "--desired-count", "2")
	aws(t, "ecs", "wait", "services-stable", "--cluster", "photon-default", "--services", "judge_web")
	drift := mustRun(t, 8, "plan", "--file", path, "--local", "--exit-code")
	if !strings.Contains(drift.out, "desiredCount: 2 → 1  (changed outside Photon)") {
		t.Errorf("the plan does not show the drift: %s", drift)
	}
	mustRun(t, 0, "--file", path, "--local")
	aws(t, "ecs", "delete-service", "--cluster", "photon-default", "--service", "judge_web", "--force")
	aws(t, "ecs", "wait", "services-inactive", "--cluster", "photon-default", "--services", "judge_web")
	terminate(t, path) // parts were deleted by hand
	if out, err := tryAWS("iam", "get-role", "--role-name", "photon_default_us-east-1_execution"); err == nil || !strings.Contains(out, "NoSuchEntity") {
		t.Errorf("the role is still there: %s", out)
	}
}

// The same service made by hand with the AWS CLI alone.
func TestTheAWSCLIMakesAServiceOfItsOwn(t *testing.T) {
	aws(t, "ecs", "create-cluster", "--cluster-name", "byhand")
	aws(t, "iam", "create-role", "--role-name", "byhand", "--assume-role-policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	aws(t, "iam", "attach-role-policy", "--role-name", "byhand",
		"--policy-arn", "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy")
	aws(t, "ecs", "register-task-definition", "--family", "byhand", "--network-mode", "awsvpc",
		"--requires-compatibilities", "FARGATE", "--cpu", "256", "--memory", "512",
		"--execution-role-arn", "arn:aws:iam::000000000000:role/byhand",
		"--container-definitions", `[{"name":"app","image":"`+the.address+`/photon-e2e-app:1","essential":true}]`)
	var subnets struct {
		Subnets []struct{ SubnetId string }
	}
	if err := json.Unmarshal([]byte(aws(t, "ec2", "describe-subnets")), &subnets); err != nil {
		t.Fatal(err)
	}
	aws(t, "ecs", "create-service", "--cluster", "byhand", "--service-name", "byhand", "--task-definition", "byhand",
		"--desired-count", "1", "--launch-type", "FARGATE",
		"--network-configuration", "awsvpcConfiguration={subnets=["+subnets.Subnets[0].SubnetId+"],assignPublicIp=ENABLED}")
	aws(t, "ecs", "wait", "services-stable", "--cluster", "byhand", "--services", "byhand")
	if out, err := tryAWS("ecs", "delete-cluster", "--cluster", "byhand"); err == nil || !strings.Contains(out, "ClusterContainsServicesException") {
		t.Errorf("a cluster with a service: %s", out)
	}
	aws(t, "ecs", "delete-service", "--cluster", "byhand", "--service", "byhand", "--force")
	aws(t, "ecs", "wait", "services-inactive", "--cluster", "byhand", "--services", "byhand")
}
