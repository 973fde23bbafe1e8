package ec2

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/wire"
)

func (e *EC2) describeAccountAttributes(ctx context.Context, in *ec2.DescribeAccountAttributesInput) (*ec2.DescribeAccountAttributesOutput, error) {
	v, ok := e.defaultVpc(ctx)
	if !ok {
		v.ID = "none"
	}
	values := map[types.AccountAttributeName]string{
		"supported-platforms": "VPC", "default-vpc": v.ID, "max-instances": "20",
		"vpc-max-security-groups-per-interface": "5", "max-elastic-ips": "5", "vpc-max-elastic-ips": "5",
	}
	names := slices.Clone(in.AttributeNames)
	if len(names) == 0 {
		for name := range values {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	out := &ec2.DescribeAccountAttributesOutput{}
	for _, name := range names {
		value, known := values[name]
		if !known {
			return nil, wire.Fault("InvalidParameterValue", "Value (%s) for parameter attributeName is invalid. Unknown account attribute.", name)
		}
		out.AccountAttributes = append(out.AccountAttributes, types.AccountAttribute{
			AttributeName:   aws.String(string(name)),
			AttributeValues: []types.AccountAttributeValue{{AttributeValue: aws.String(value)}},
		})
	}
	return out, nil
}
