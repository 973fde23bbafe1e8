package iam

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"photon/internal/engine/wire"
)

// linkedRoles are the service-linked roles of the services that the engine
// has, by service.
var linkedRoles = map[string]string{
	"ecs.amazonaws.com":                         "AWSServiceRoleForECS",
	"elasticloadbalancing.amazonaws.com":        "AWSServiceRoleForElasticLoadBalancing",
	"ecs.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_ECSService",
}

const linkedTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"%s"},"Action":"sts:AssumeRole"}]}`

func (i *IAM) createLinkedRole(ctx context.Context, in *iam.CreateServiceLinkedRoleInput) (*iam.CreateServiceLinkedRoleOutput, error) {
	service := aws.ToString(in.AWSServiceName)
	name, known := linkedRoles[service]
	if !known {
		return nil, wire.Fault("InvalidInput", "Service Name %s is not valid.", service)
	}
	if _, err := i.role(ctx, &name); err == nil {
		return nil, wire.Fault("InvalidInput", "Service role name %s has been taken in this account, please try a different suffix.", name)
	}
	r := i.newRole(ctx, name, "/aws-service-role/"+service+"/", fmt.Sprintf(linkedTrust, service))
	r.Linked, r.Description = true, aws.ToString(in.Description)
	i.putRole(ctx, r)
	return &iam.CreateServiceLinkedRoleOutput{Role: new(r.shape())}, nil
}
