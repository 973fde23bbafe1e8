package logs

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"photon/internal/engine/wire"
)

// group is a log group's row, under the world and the name.
type group struct {
	Name      string
	Created   int64 // milliseconds, as all times here
	Retention int32 // days, 0 for ever
	Class     types.LogGroupClass
	Tags      map[string]string
}

const groupName wire.Pattern = `^[\.\-_/#A-Za-z0-9]{1,512}$`

// retentions are the days that AWS permits.
var retentions = []int32{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func millis(t time.Time) int64 { return t.UnixMilli() }

func groupKey(ctx context.Context, name string) string { return wire.From(ctx).World() + name }

// arn is without the ":*" that some answers carry.
func (g group) arn(ctx context.Context) string {
	return wire.From(ctx).ARN("logs", "log-group:"+g.Name)
}

func checkGroupName(name *string) error {
	text := aws.ToString(name)
	if !groupName.MatchString(text) {
		return wire.Fault("InvalidParameterException", "1 validation error detected: Value '%s' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+", text)
	}
	if strings.HasPrefix(text, "aws/") {
		return wire.Fault("InvalidParameterException", "Log groups starting with aws/ are reserved for AWS.")
	}
	return nil
}

// findGroup returns the group with a name.
func (l *Logs) findGroup(ctx context.Context, name *string) (group, error) {
	if err := checkGroupName(name); err != nil {
		return group{}, err
	}
	g, ok := l.groups.Get(groupKey(ctx, *name))
	if !ok {
		return g, wire.Fault("ResourceNotFoundException", "The specified log group does not exist.")
	}
	return g, nil
}

// identified returns the group meant by a name or by an identifier, which is
// a name or an ARN.
func (l *Logs) identified(ctx context.Context, name, identifier *string) (group, error) {
	switch {
	case name != nil && identifier != nil:
		return group{}, wire.Fault("InvalidParameterException", "LogGroupName and LogGroupIdentifier cannot both be specified.")
	case identifier != nil:
		text := strings.TrimSuffix(*identifier, ":*")
		text = strings.TrimPrefix(text, wire.From(ctx).ARN("logs", "log-group:"))
		name = &text
	}
	return l.findGroup(ctx, name)
}

func (l *Logs) createLogGroup(ctx context.Context, in *cloudwatchlogs.CreateLogGroupInput) (*cloudwatchlogs.CreateLogGroupOutput, error) {
	if err := checkGroupName(in.LogGroupName); err != nil {
		return nil, err
	}
	class := in.LogGroupClass
	switch class {
	case "":
		class = types.LogGroupClassStandard
	case types.LogGroupClassStandard, types.LogGroupClassInfrequentAccess:
	default:
		return nil, wire.Fault("InvalidParameterException", "The engine does not have log groups of class %s.", class)
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	at := groupKey(ctx, *in.LogGroupName)
	if _, ok := l.groups.Get(at); ok {
		return nil, wire.Fault("ResourceAlreadyExistsException", "The specified log group already exists")
	}
	l.groups.Put(at, group{Name: *in.LogGroupName, Created: millis(time.Now()), Class: class, Tags: in.Tags})
	return &cloudwatchlogs.CreateLogGroupOutput{}, nil
}

// Ensure makes the log group unless it exists.
func (l *Logs) Ensure(ctx context.Context, name string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.findGroup(ctx, &name); err == nil {
		return nil
	}
	_, err := l.createLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name})
	return err
}

func (l *Logs) deleteLogGroup(ctx context.Context, in *cloudwatchlogs.DeleteLogGroupInput) (*cloudwatchlogs.DeleteLogGroupOutput, error) {
	g, err := l.findGroup(ctx, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	for at := range l.streams.All(streamKey(ctx, g.Name, "")) {
		l.dropStream(at)
	}
	l.groups.Delete(groupKey(ctx, g.Name))
	return &cloudwatchlogs.DeleteLogGroupOutput{}, nil
}

func (l *Logs) describeLogGroups(ctx context.Context, in *cloudwatchlogs.DescribeLogGroupsInput) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
	if in.LogGroupNamePrefix != nil && in.LogGroupNamePattern != nil {
		return nil, wire.Fault("InvalidParameterException", "LogGroupNamePrefix and LogGroupNamePattern cannot both be specified.")
	}
	if err := checkLimit(in.Limit, 50); err != nil {
		return nil, err
	}
	found := []types.LogGroup{}
	pattern := strings.ToLower(aws.ToString(in.LogGroupNamePattern))
	for _, g := range l.groups.All(groupKey(ctx, aws.ToString(in.LogGroupNamePrefix))) {
		if strings.Contains(strings.ToLower(g.Name), pattern) && (in.LogGroupClass == "" || in.LogGroupClass == g.Class) {
			found = append(found, l.showGroup(ctx, g))
		}
	}
	page, next, err := wire.Page(found, in.NextToken, in.Limit, 50, "InvalidParameterException")
	return &cloudwatchlogs.DescribeLogGroupsOutput{LogGroups: page, NextToken: next}, err
}

func (l *Logs) showGroup(ctx context.Context, g group) types.LogGroup {
	shape := types.LogGroup{
		LogGroupName: aws.String(g.Name), Arn: aws.String(g.arn(ctx) + ":*"), LogGroupArn: aws.String(g.arn(ctx)),
		CreationTime: aws.Int64(g.Created), LogGroupClass: g.Class, MetricFilterCount: aws.Int32(0),
		StoredBytes: aws.Int64(l.storedBytes(ctx, g.Name)),
	}
	if g.Retention > 0 {
		shape.RetentionInDays = aws.Int32(g.Retention)
	}
	return shape
}

// checkLimit holds a page size between 1 and AWS's greatest.
func checkLimit(limit *int32, greatest int32) error {
	if limit != nil && (*limit < 1 || *limit > greatest) {
		return wire.Fault("InvalidParameterException", "1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and %d", *limit, greatest)
	}
	return nil
}

func (l *Logs) putRetentionPolicy(ctx context.Context, in *cloudwatchlogs.PutRetentionPolicyInput) (*cloudwatchlogs.PutRetentionPolicyOutput, error) {
	g, err := l.findGroup(ctx, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(retentions, aws.ToInt32(in.RetentionInDays)) {
		return nil, wire.Fault("InvalidParameterException", "1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: %v", aws.ToInt32(in.RetentionInDays), retentions)
	}
	g.Retention = *in.RetentionInDays
	l.groups.Put(groupKey(ctx, g.Name), g)
	return &cloudwatchlogs.PutRetentionPolicyOutput{}, nil
}

func (l *Logs) deleteRetentionPolicy(ctx context.Context, in *cloudwatchlogs.DeleteRetentionPolicyInput) (*cloudwatchlogs.DeleteRetentionPolicyOutput, error) {
	g, err := l.findGroup(ctx, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	g.Retention = 0
	l.groups.Put(groupKey(ctx, g.Name), g)
	return &cloudwatchlogs.DeleteRetentionPolicyOutput{}, nil
}

// oldest is the time before which the group's events have expired.
func (g group) oldest(now time.Time) int64 {
	if g.Retention == 0 {
		return 0
	}
	return millis(now.AddDate(0, 0, -int(g.Retention)))
}
