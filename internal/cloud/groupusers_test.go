package cloud_test

import (
	"errors"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/cloud"
	"photon/internal/plan"
	"photon/internal/resource"
)

// AWS says only that something depends on a security group.
func TestWhatHoldsASecurityGroupIsSaid(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		interfaces := `network interface eni-\w+ \(.+\), network interface eni-\w+ \(.+\)`
		w.holds(w.tasksGroup(), interfaces)
	})
	inWorld(t, func(w *world) {
		p, _ := w.planned(owner, orders(nil))
		for _, step := range p.Steps {
			if step.Key().Kind == resource.KindSecurityGroup {
				w.do(step)
			}
		}
		group := w.tasksGroup()
		client, vpc := ec2.NewFromConfig(w.byHand()), group.Attributes.(resource.SecurityGroup).VPC
		other, err := client.CreateSecurityGroup(w.Context(), &ec2.CreateSecurityGroupInput{
			GroupName: aws.String("database"), Description: aws.String("database"), VpcId: &vpc,
		})
		must(w, other, err)
		_, err = client.AuthorizeSecurityGroupIngress(w.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
			GroupId: other.GroupId, IpPermissions: []types.IpPermission{{
				IpProtocol: aws.String("tcp"), FromPort: aws.Int32(5432), ToPort: aws.Int32(5432),
				UserIdGroupPairs: []types.UserIdGroupPair{{GroupId: &group.ID}},
			}},
		})
		must(w, 0, err)
		w.holds(group, "the rules of security group "+*other.GroupId)
	})
}

// tasksGroup is the security group of the tasks.
func (w *world) tasksGroup() resource.Resource {
	w.Helper()
	_, live := w.planned(owner, orders(nil))
	return live.Set.Of(resource.KindSecurityGroup)[1]
}

// holds checks what the deletion of a security group ends with.
func (w *world) holds(group resource.Resource, users string) {
	w.Helper()
	err := w.account.Do(w.Context(), plan.Step{
		Action: plan.Delete, Want: resource.Resource{Key: group.Key}, Have: group,
	})
	var held *cloud.StepError
	if want := regexp.MustCompile("^still used by " + users + "$"); !errors.As(err, &held) || !held.Temporary || !want.MatchString(held.Message) {
		w.Errorf("got %v, want %s", err, want)
	}
}
