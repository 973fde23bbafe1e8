package cloud

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"photon/internal/resource"
)

// A log group's id is its name: that is what everything else mentions. Its
// retention is a part of it, found with it.
var (
	logGroupKind     = kind{find: findLogGroup, create: createLogGroup, remove: removeLogGroup}
	logRetentionKind = kind{create: createLogRetention, update: updateLogRetention, remove: removeLogRetention}
)

func findLogGroup(s *search) {
	s.ask(logGroupsQuestion, s.wanted(resource.KindLogGroup)...)
	s.ask(logGroupsQuestion, s.logGroupName())
}

// logGroupName is resource.LogGroupName of any Spec of the owner.
func (s scope) logGroupName() string {
	return "/photon/" + s.environment + "/" + strings.Join(s.parts, "/")
}

var (
	logGroupsQuestion    = &question{what: "log group", batch: 1, ask: askLogGroup}
	logGroupTagsQuestion = &question{what: "log group", batch: 1, ask: askLogGroupTags}
)

func askLogGroup(ctx context.Context, s *search, names []string) error {
	name := names[0]
	out, err := s.logs().DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &name})
	if err != nil {
		return err
	}
	for _, g := range out.LogGroups { // by name: the exact one comes first
		if aws.ToString(g.LogGroupName) != name {
			continue
		}
		s.ask(logGroupTagsQuestion, strings.TrimSuffix(aws.ToString(g.Arn), ":*"))
		s.found(&thing{kind: resource.KindLogGroup, name: name, id: name, attributes: resource.LogGroup{}})
		if g.RetentionInDays != nil {
			s.found(&thing{
				kind: resource.KindLogRetention, name: name, parent: name,
				attributes: resource.LogRetention{Group: name, Days: int(*g.RetentionInDays)},
			})
		}
	}
	return nil
}

func askLogGroupTags(ctx context.Context, s *search, arns []string) error {
	_, name, _ := strings.Cut(arns[0], ":log-group:")
	tags, err := s.logGroupTags(ctx, arns[0])
	if err != nil {
		return err
	}
	s.tagged(name, tags)
	return nil
}

func (a *Account) logGroupTags(ctx context.Context, arn string) (map[string]string, error) {
	out, err := a.logs().ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: &arn})
	if is(err, "ResourceNotFoundException") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return out.Tags, nil
}

func createLogGroup(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	_, err := a.logs().CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{
		LogGroupName: &want.Key.Name, Tags: resource.Tags(want.Owner),
	})
	if !is(err, "ResourceAlreadyExistsException") {
		return want.Key.Name, err
	}
	who, err := a.Identity(ctx)
	if err != nil {
		return "", err
	}
	tags, err := a.logGroupTags(ctx,
		"arn:"+who.Partition+":logs:"+a.region+":"+who.Account+":log-group:"+want.Key.Name)
	if err != nil {
		return "", err
	}
	return adopt(want, want.Key.Name, tags)
}

func removeLogGroup(ctx context.Context, a *Account, have resource.Resource) error {
	_, err := a.logs().DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &have.Key.Name})
	if is(err, "ResourceNotFoundException") {
		return nil
	}
	return err
}

func createLogRetention(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	retention := attributesOf[resource.LogRetention](want)
	_, err := a.logs().PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{
		LogGroupName: &retention.Group, RetentionInDays: aws.Int32(int32(retention.Days)),
	})
	return "", err
}

func updateLogRetention(ctx context.Context, a *Account, want, _ resource.Resource) error {
	_, err := createLogRetention(ctx, a, want)
	return err
}

func removeLogRetention(ctx context.Context, a *Account, have resource.Resource) error {
	_, err := a.logs().DeleteRetentionPolicy(ctx, &cloudwatchlogs.DeleteRetentionPolicyInput{
		LogGroupName: &have.Key.Name,
	})
	if is(err, "ResourceNotFoundException") {
		return nil
	}
	return err
}
