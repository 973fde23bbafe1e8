package cloud

import (
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// clients makes each client at its first use, so that a run pays only for the
// services it calls.
type clients struct {
	ec2     func() *ec2.Client
	ecr     func() *ecr.Client
	ecs     func() *ecs.Client
	elb     func() *elasticloadbalancingv2.Client
	iam     func() *iam.Client
	logs    func() *cloudwatchlogs.Client
	quotas  func() *servicequotas.Client
	secrets func() *secretsmanager.Client
	ssm     func() *ssm.Client
	sts     func() *sts.Client
	tagging func() *resourcegroupstaggingapi.Client
}

func newClients(cfg aws.Config) clients {
	return clients{
		ec2:     sync.OnceValue(func() *ec2.Client { return ec2.NewFromConfig(cfg) }),
		ecr:     sync.OnceValue(func() *ecr.Client { return ecr.NewFromConfig(cfg) }),
		ecs:     sync.OnceValue(func() *ecs.Client { return ecs.NewFromConfig(cfg) }),
		elb:     sync.OnceValue(func() *elasticloadbalancingv2.Client { return elasticloadbalancingv2.NewFromConfig(cfg) }),
		iam:     sync.OnceValue(func() *iam.Client { return iam.NewFromConfig(cfg) }),
		logs:    sync.OnceValue(func() *cloudwatchlogs.Client { return cloudwatchlogs.NewFromConfig(cfg) }),
		quotas:  sync.OnceValue(func() *servicequotas.Client { return servicequotas.NewFromConfig(cfg) }),
		secrets: sync.OnceValue(func() *secretsmanager.Client { return secretsmanager.NewFromConfig(cfg) }),
		ssm:     sync.OnceValue(func() *ssm.Client { return ssm.NewFromConfig(cfg) }),
		sts:     sync.OnceValue(func() *sts.Client { return sts.NewFromConfig(cfg) }),
		tagging: sync.OnceValue(func() *resourcegroupstaggingapi.Client { return resourcegroupstaggingapi.NewFromConfig(cfg) }),
	}
}
