package ec2

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/wire"
)

const maxTags = 50

// kinds tells by an id's prefix what EC2 calls the resource, in ARNs and tags.
var kinds = map[string]types.ResourceType{
	"vpc": types.ResourceTypeVpc, "subnet": types.ResourceTypeSubnet,
	"sg": types.ResourceTypeSecurityGroup, "sgr": types.ResourceTypeSecurityGroupRule,
	"eni": types.ResourceTypeNetworkInterface, "igw": types.ResourceTypeInternetGateway,
	"rtb": types.ResourceTypeRouteTable,
}

func kindOf(id string) types.ResourceType {
	prefix, _, _ := strings.Cut(id, "-")
	return kinds[prefix]
}

func (e *EC2) tagsOf(ctx context.Context, id string) map[string]string {
	tags, _ := e.tags.Get(wire.From(ctx).World() + id)
	return tags
}

func (e *EC2) setTags(ctx context.Context, id string, tags map[string]string) {
	key := wire.From(ctx).World() + id
	if len(tags) == 0 {
		e.tags.Delete(key)
		return
	}
	e.tags.Put(key, tags)
}

// exists fails as EC2 does when no resource has the id.
func (e *EC2) exists(ctx context.Context, id string) error {
	var err error
	switch kindOf(id) {
	case types.ResourceTypeVpc:
		_, err = get(ctx, e.vpcs, &id)
	case types.ResourceTypeSubnet:
		_, err = get(ctx, e.subnets, &id)
	case types.ResourceTypeSecurityGroup:
		_, err = get(ctx, e.groups, &id)
	case types.ResourceTypeSecurityGroupRule:
		err = e.ruleExists(ctx, id)
	case types.ResourceTypeNetworkInterface:
		_, err = get(ctx, e.interfaces, &id)
	case types.ResourceTypeInternetGateway:
		_, err = get(ctx, e.gateways, &id)
	case types.ResourceTypeRouteTable:
		_, err = get(ctx, e.routes, &id)
	default:
		err = wire.Fault("InvalidID", "The ID '%s' is not valid", id)
	}
	return err
}

func (e *EC2) ruleExists(ctx context.Context, id string) error {
	for _, g := range e.groups.All(wire.From(ctx).World()) {
		if slices.ContainsFunc(g.Rules, func(r rule) bool { return r.ID == id }) {
			return nil
		}
	}
	return groupRule{}.missing(id)
}

func (e *EC2) createTags(ctx context.Context, in *ec2.CreateTagsInput) (*ec2.CreateTagsOutput, error) {
	set, err := readTags(in.Tags)
	if err != nil {
		return nil, err
	}
	for _, id := range in.Resources {
		if err := e.exists(ctx, id); err != nil {
			return nil, err
		}
	}
	for _, id := range in.Resources {
		if err := e.retag(ctx, id, set, nil); err != nil {
			return nil, err
		}
	}
	return &ec2.CreateTagsOutput{}, nil
}

func (e *EC2) retag(ctx context.Context, id string, set map[string]string, unset []string) error {
	tags := e.tagsOf(ctx, id)
	if tags == nil {
		tags = map[string]string{}
	}
	maps.Copy(tags, set)
	for _, key := range unset {
		delete(tags, key)
	}
	if len(tags) > maxTags {
		return wire.Fault("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
	}
	e.setTags(ctx, id, tags)
	return nil
}

// deleteTags deletes tags by key, or by key and value; all when it names none.
// Resources that do not exist are no error, as on AWS.
func (e *EC2) deleteTags(ctx context.Context, in *ec2.DeleteTagsInput) (*ec2.DeleteTagsOutput, error) {
	for _, id := range in.Resources {
		tags := e.tagsOf(ctx, id)
		if len(in.Tags) == 0 {
			clear(tags)
		}
		for _, t := range in.Tags {
			if value, ok := tags[aws.ToString(t.Key)]; ok && (t.Value == nil || *t.Value == value) {
				delete(tags, *t.Key)
			}
		}
		e.setTags(ctx, id, tags)
	}
	return &ec2.DeleteTagsOutput{}, nil
}

// tagged is one tag of one resource, as DescribeTags lists it.
type tagged struct{ Resource, Key, Value string }

func (t tagged) id() string { return t.Resource }

func (t tagged) missing(id string) error {
	return wire.Fault("InvalidID", "The ID '%s' is not valid", id)
}

func (t tagged) field(name string) ([]string, bool) {
	switch name {
	case "key":
		return []string{t.Key}, true
	case "value":
		return []string{t.Value}, true
	case "resource-id":
		return []string{t.Resource}, true
	case "resource-type":
		return []string{string(kindOf(t.Resource))}, true
	}
	return nil, false
}

func (e *EC2) describeTags(ctx context.Context, in *ec2.DescribeTagsInput) (*ec2.DescribeTagsOutput, error) {
	world := wire.From(ctx).World()
	var rows []tagged
	for key, tags := range e.tags.All(world) {
		for _, name := range slices.Sorted(maps.Keys(tags)) {
			rows = append(rows, tagged{strings.TrimPrefix(key, world), name, tags[name]})
		}
	}
	rows, err := filter(ctx, e, rows, in.Filters)
	if err != nil {
		return nil, err
	}
	rows, next, err := page(rows, nil, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	shapes := convert(rows, func(t tagged) types.TagDescription {
		return types.TagDescription{ResourceId: &t.Resource, ResourceType: kindOf(t.Resource), Key: &t.Key, Value: &t.Value}
	})
	return &ec2.DescribeTagsOutput{Tags: shapes, NextToken: next}, nil
}

// tagsFor reads the tags of a new resource.
func tagsFor(specs []types.TagSpecification, kind types.ResourceType) (map[string]string, error) {
	var list []types.Tag
	for _, spec := range specs {
		if spec.ResourceType != kind {
			return nil, wire.Fault("InvalidParameterValue", "'%s' is not a valid taggable resource type for this operation.", spec.ResourceType)
		}
		list = append(list, spec.Tags...)
	}
	return readTags(list)
}

func readTags(list []types.Tag) (map[string]string, error) {
	tags := map[string]string{}
	for _, t := range list {
		key, value := aws.ToString(t.Key), aws.ToString(t.Value)
		_, taken := tags[key]
		switch {
		case taken:
			return nil, wire.Fault("InvalidParameterValue", "Duplicate tag key '%s' specified.", key)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return nil, wire.Fault("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")
		case key == "" || len([]rune(key)) > 128:
			return nil, wire.Fault("InvalidParameterValue", "Tag key '%s' must have 1 to 128 characters.", key)
		case len([]rune(value)) > 256:
			return nil, wire.Fault("InvalidParameterValue", "The value of tag '%s' exceeds the maximum length of 256 characters.", key)
		}
		tags[key] = value
	}
	if len(tags) > maxTags {
		return nil, wire.Fault("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
	}
	return tags, nil
}

func tagList(tags map[string]string) []types.Tag {
	var list []types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}

// Tagged lists the resources of the call's world that bear tags.
func (e *EC2) Tagged(ctx context.Context) []wire.Tagged {
	call := wire.From(ctx)
	var out []wire.Tagged
	for key, tags := range e.tags.All(call.World()) {
		id := strings.TrimPrefix(key, call.World())
		out = append(out, wire.Tagged{ARN: call.ARN("ec2", string(kindOf(id))+"/"+id), Tags: tags})
	}
	return out
}

// Retag sets and removes tags; false when the ARN is none of EC2's.
func (e *EC2) Retag(ctx context.Context, arn string, set map[string]string, unset []string) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	resource, ok := strings.CutPrefix(arn, wire.From(ctx).ARN("ec2", ""))
	if !ok {
		return false, nil
	}
	_, id, _ := strings.Cut(resource, "/")
	if err := e.exists(ctx, id); err != nil {
		return true, err
	}
	return true, e.retag(ctx, id, set, unset)
}
