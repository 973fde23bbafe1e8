package cloud

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/resource"
)

// An ingress is a part of its group, found with it.
var ingressKind = kind{create: createIngress, update: updateIngress, remove: removeIngress}

// foundIngress names the group's inbound rules after their ports. Of several
// with one port the wanted one has that name, the others their source too. A
// rule that is not TCP on one port is none that Photon can have made: it goes
// with the group.
func (s *search) foundIngress(g types.SecurityGroup) {
	group, id := aws.ToString(g.GroupName), aws.ToString(g.GroupId)
	for port, sources := range sourcesByPort(g.IpPermissions) {
		name := group + ":" + strconv.Itoa(port)
		for i, source := range s.wantedFirst(name, sources) {
			t := &thing{
				kind: resource.KindIngress, name: name, parent: id,
				attributes: resource.Ingress{Group: id, Port: port, Source: source},
			}
			if i > 0 {
				t.name += "/" + source
			}
			s.found(t)
		}
	}
}

func sourcesByPort(permissions []types.IpPermission) map[int][]string {
	sources := map[int][]string{}
	for _, permission := range permissions {
		port := aws.ToInt32(permission.FromPort)
		if aws.ToString(permission.IpProtocol) == "tcp" && port == aws.ToInt32(permission.ToPort) {
			sources[int(port)] = append(sources[int(port)], sourcesOf(permission)...)
		}
	}
	return sources
}

// wantedFirst orders the sources of a port: the one that the wanted ingress
// names comes first.
func (s *search) wantedFirst(name string, sources []string) []string {
	slices.Sort(sources)
	want := attributesOf[resource.Ingress](s.want[resource.Key{Kind: resource.KindIngress, Name: name}])
	if _, isGroup := resource.ParseRef(want.Source); isGroup {
		slices.SortStableFunc(sources, func(a, b string) int { return rank(isGroupID(a)) - rank(isGroupID(b)) })
	}
	slices.SortStableFunc(sources, func(a, b string) int { return rank(a == want.Source) - rank(b == want.Source) })
	return sources
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

func isGroupID(source string) bool { return strings.HasPrefix(source, "sg-") }

func sourcesOf(permission types.IpPermission) []string {
	var sources []string
	for _, r := range permission.IpRanges {
		sources = append(sources, aws.ToString(r.CidrIp))
	}
	for _, r := range permission.Ipv6Ranges {
		sources = append(sources, aws.ToString(r.CidrIpv6))
	}
	for _, p := range permission.UserIdGroupPairs {
		sources = append(sources, aws.ToString(p.GroupId))
	}
	for _, p := range permission.PrefixListIds {
		sources = append(sources, aws.ToString(p.PrefixListId))
	}
	return sources
}

func permissionOf(ingress resource.Ingress) []types.IpPermission {
	permission := types.IpPermission{
		IpProtocol: aws.String("tcp"), FromPort: aws.Int32(int32(ingress.Port)), ToPort: aws.Int32(int32(ingress.Port)),
	}
	switch source := &ingress.Source; {
	case isGroupID(*source):
		permission.UserIdGroupPairs = []types.UserIdGroupPair{{GroupId: source}}
	case strings.HasPrefix(*source, "pl-"):
		permission.PrefixListIds = []types.PrefixListId{{PrefixListId: source}}
	case strings.Contains(*source, ":"):
		permission.Ipv6Ranges = []types.Ipv6Range{{CidrIpv6: source}}
	default:
		permission.IpRanges = []types.IpRange{{CidrIp: source}}
	}
	return []types.IpPermission{permission}
}

func createIngress(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	ingress := attributesOf[resource.Ingress](want)
	_, err := a.ec2().AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: &ingress.Group, IpPermissions: permissionOf(ingress),
		TagSpecifications: ec2TagList(types.ResourceTypeSecurityGroupRule, want.Owner),
	})
	if is(err, "InvalidPermission.Duplicate") {
		return "", nil
	}
	return "", err
}

// updateIngress admits the new source before the old one is shut out.
func updateIngress(ctx context.Context, a *Account, want, have resource.Resource) error {
	if _, err := createIngress(ctx, a, want); err != nil {
		return err
	}
	return removeIngress(ctx, a, have)
}

func removeIngress(ctx context.Context, a *Account, have resource.Resource) error {
	ingress := attributesOf[resource.Ingress](have)
	_, err := a.ec2().RevokeSecurityGroupIngress(ctx, &ec2.RevokeSecurityGroupIngressInput{
		GroupId: &ingress.Group, IpPermissions: permissionOf(ingress),
	})
	if is(err, "InvalidPermission.NotFound", "InvalidGroup.NotFound") {
		return nil
	}
	return err
}
