package ec2

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

const account, home = "123456789012", "us-east-1"

func start(t *testing.T) (*EC2, *ec2.Client) {
	t.Helper()
	e := New(state.Memory(), 88)
	return e, clientOf(e, account, home)
}

func clientOf(e *EC2, account, region string) *ec2.Client {
	return ec2.New(ec2.Options{
		Region: region, RetryMaxAttempts: 1,
		HTTPClient: &http.Client{Transport: wire.Transport(wire.NewMux(e.Service()))},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: account, SecretAccessKey: "any"}, nil
		}),
	})
}

// inside is the context in which the engine's other parts call.
func inside(t *testing.T) context.Context {
	return wire.With(t.Context(), wire.Call{Account: account, Region: home})
}

// must returns the value of a call that may not fail.
func must[O any](t *testing.T) func(*O, error) *O {
	return func(out *O, err error) *O {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

func code(err error) string {
	if fault, ok := errors.AsType[smithy.APIError](err); ok {
		return fault.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func byTag(name, value string) []types.Filter {
	return []types.Filter{{Name: &name, Values: []string{value}}}
}

// network is what tests build on: the default VPC and one group in it.
type network struct {
	vpc, group string
	subnets    []string
}

func defaultNetwork(t *testing.T, c *ec2.Client) network {
	t.Helper()
	var n network
	subnets := must[ec2.DescribeSubnetsOutput](t)(c.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{Filters: byTag("default-for-az", "true")}))
	for _, s := range subnets.Subnets {
		n.vpc = *s.VpcId
		n.subnets = append(n.subnets, *s.SubnetId)
	}
	n.group = newGroup(t, c, n.vpc, "web")
	return n
}

func newGroup(t *testing.T, c *ec2.Client, vpc, name string) string {
	t.Helper()
	out := must[ec2.CreateSecurityGroupOutput](t)(c.CreateSecurityGroup(t.Context(), &ec2.CreateSecurityGroupInput{
		GroupName: &name, Description: aws.String("for tests"), VpcId: &vpc,
	}))
	return *out.GroupId
}

func port80(group string) *ec2.AuthorizeSecurityGroupIngressInput {
	return &ec2.AuthorizeSecurityGroupIngressInput{GroupId: &group, IpPermissions: []types.IpPermission{{
		IpProtocol: aws.String("tcp"), FromPort: aws.Int32(80), ToPort: aws.Int32(80),
		IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0"), Description: aws.String("everybody")}},
	}}}
}
