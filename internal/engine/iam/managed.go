package iam

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"
)

// managedPolicies are the policies of AWS that the engine has, by what follows
// "arn:aws:iam::aws:policy/".
var managedPolicies = map[string]struct{ Version, Document string }{
	"service-role/AmazonECSTaskExecutionRolePolicy": {"v1", allow(`"*"`,
		"ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage",
		"logs:CreateLogStream", "logs:PutLogEvents")},
	"AmazonECSInfrastructureRolePolicyForLoadBalancers": {"v6", several(
		grant(`"*"`, "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules",
			"elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"),
		grant(`"arn:aws:elasticloadbalancing:*:*:targetgroup/*/*"`, "elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"),
		grant(`["arn:aws:elasticloadbalancing:*:*:listener/app/*/*/*","arn:aws:elasticloadbalancing:*:*:listener/net/*/*/*"]`, "elasticloadbalancing:ModifyListener"),
		grant(`"arn:aws:elasticloadbalancing:*:*:listener-rule/app/*/*/*/*"`, "elasticloadbalancing:ModifyRule"))},
	"AWSXRayDaemonWriteAccess": {"v2", allow(`"*"`,
		"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries")},
	"CloudWatchAgentServerPolicy": {"v3", several(
		grant(`"*"`, "cloudwatch:PutMetricData", "ec2:DescribeVolumes", "ec2:DescribeTags", "logs:PutLogEvents", "logs:PutRetentionPolicy",
			"logs:DescribeLogStreams", "logs:DescribeLogGroups", "logs:CreateLogStream", "logs:CreateLogGroup",
			"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"),
		grant(`"arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*"`, "ssm:GetParameter"))},
	"CloudWatchLogsFullAccess":           {"v2", allow(`"*"`, "logs:*", "cloudwatch:GenerateQuery")},
	"AmazonSSMReadOnlyAccess":            {"v1", allow(`"*"`, "ssm:Describe*", "ssm:Get*", "ssm:List*")},
	"AmazonS3ReadOnlyAccess":             {"v3", allow(`"*"`, "s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*", "s3-object-lambda:List*")},
	"AmazonS3FullAccess":                 {"v2", allow(`"*"`, "s3:*", "s3-object-lambda:*")},
	"AmazonSQSFullAccess":                {"v1", allow(`"*"`, "sqs:*")},
	"AmazonSNSFullAccess":                {"v1", allow(`"*"`, "sns:*")},
	"AmazonDynamoDBReadOnlyAccess":       {"v1", allow(`"*"`, "dynamodb:BatchGetItem", "dynamodb:Describe*", "dynamodb:GetItem", "dynamodb:List*", "dynamodb:Query", "dynamodb:Scan")},
	"SecretsManagerReadWrite":            {"v1", allow(`"*"`, "secretsmanager:*")},
	"AmazonEC2ContainerRegistryReadOnly": {"v3", allow(`"*"`, "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:Describe*", "ecr:List*", "ecr:GetRepositoryPolicy")},
	"AdministratorAccess":                {"v1", allow(`"*"`, "*")},
}

func allow(resource string, actions ...string) string { return several(grant(resource, actions...)) }

func several(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func grant(resource string, actions ...string) string {
	return `{"Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":` + resource + `}`
}

// managedSince is when AWS published its first managed policies.
var managedSince = time.Date(2015, 2, 6, 0, 0, 0, 0, time.UTC)

// managed returns one of AWS's policies by its ARN.
func managed(arn string) (policy, bool) {
	rest, _ := strings.CutPrefix(arn, "arn:aws:iam::aws:policy/")
	found, ok := managedPolicies[rest]
	if !ok || rest == arn {
		return policy{}, false
	}
	path, name := "/", rest
	if at := strings.LastIndexByte(rest, '/'); at >= 0 {
		path, name = "/"+rest[:at+1], rest[at+1:]
	}
	sum := sha256.Sum256([]byte(arn))
	return policy{
		Name: name, Path: path, ARN: arn, ID: "ANPA" + base32.StdEncoding.EncodeToString(sum[:])[:17], Version: found.Version, Created: managedSince,
		Document: document{Text: found.Document}, // never written here, so always effective
	}, true
}

func allManaged() []policy {
	var out []policy
	for name := range managedPolicies {
		p, _ := managed("arn:aws:iam::aws:policy/" + name)
		out = append(out, p)
	}
	return out
}
