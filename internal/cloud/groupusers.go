package cloud

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/resource"
)

// usedGroup says what holds a security group: AWS says only that something
// does. What cannot be found out is left at that.
func (a *Account) usedGroup(ctx context.Context, have resource.Resource, refused error) error {
	users := a.interfacesWith(ctx, have.ID)
	hint := ""
	if len(users) == 0 {
		users = a.groupsThatName(ctx, have.ID)
		hint = "delete the rules that name " + have.ID
	}
	if len(users) == 0 {
		return refused
	}
	return &StepError{
		Step: have.Key, Operation: "DeleteSecurityGroup", Code: codeOf(refused),
		Message: "still used by " + strings.Join(users, ", "), Hint: hint, Temporary: true, cause: refused,
	}
}

// interfacesWith lists the network interfaces that have a group. Those of
// load balancers and tasks vanish some minutes after them.
func (a *Account) interfacesWith(ctx context.Context, group string) []string {
	out, err := a.ec2().DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{
		Filters: []types.Filter{groupFilter("group-id", group)},
	})
	if err != nil {
		return nil
	}
	var users []string
	for _, i := range out.NetworkInterfaces {
		user := "network interface " + aws.ToString(i.NetworkInterfaceId)
		if text := aws.ToString(i.Description); text != "" {
			user += " (" + text + ")"
		}
		users = append(users, user)
	}
	return users
}

// groupsThatName lists the security groups whose rules admit a group.
func (a *Account) groupsThatName(ctx context.Context, group string) []string {
	groups, err := a.groups(ctx, groupFilter("ip-permission.group-id", group))
	if err != nil {
		return nil
	}
	var users []string
	for _, g := range groups {
		if id := aws.ToString(g.GroupId); id != group {
			users = append(users, "the rules of security group "+id)
		}
	}
	return users
}
