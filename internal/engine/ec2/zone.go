package ec2

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/wire"
)

// regionNames are the regions that every account has without opting in; the
// engine serves any region that a call names.
var regionNames = []string{
	"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
	"ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3",
	"sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
}

// zone is an availability zone; each region of the engine has three.
type zone struct{ Name, ID, Region string }

func (z zone) id() string { return z.Name }

func (z zone) missing(id string) error {
	return wire.Fault("InvalidParameterValue", "Invalid availability zones: [%s]", id)
}

func (z zone) field(name string) ([]string, bool) {
	switch name {
	case "zone-name":
		return []string{z.Name}, true
	case "zone-id":
		return []string{z.ID}, true
	case "region-name", "group-name":
		return []string{z.Region}, true
	case "state":
		return []string{"available"}, true
	case "zone-type":
		return []string{"availability-zone"}, true
	case "opt-in-status":
		return []string{"opt-in-not-required"}, true
	}
	return nil, false
}

func zones(region string) []zone {
	var out []zone
	for i, letter := range []string{"a", "b", "c"} {
		out = append(out, zone{Name: region + letter, ID: shortRegion(region) + "-az" + string(rune('1'+i)), Region: region})
	}
	return out
}

// shortRegion shortens a region's name as zone ids do: "us-east-1" is "use1",
// "ap-southeast-2" is "apse2".
func shortRegion(region string) string {
	parts := strings.Split(region, "-")
	for i, part := range parts[1:] {
		short := ""
		for _, word := range []string{"north", "south", "east", "west", "central", "gov"} {
			if strings.Contains(part, word) {
				short += word[:1]
			}
		}
		if short != "" {
			parts[i+1] = short
		}
	}
	return strings.Join(parts, "")
}

// pickZone finds the zone that a caller asked for by name or id, or the first.
func pickZone(region string, name, id *string) (zone, error) {
	all := zones(region)
	if name == nil && id == nil {
		return all[0], nil
	}
	for _, z := range all {
		if (name == nil || *name == z.Name) && (id == nil || *id == z.ID) {
			return z, nil
		}
	}
	asked := aws.ToString(name)
	if name == nil {
		asked = *id
	}
	var names []string
	for _, z := range all {
		names = append(names, z.Name)
	}
	return zone{}, wire.Fault("InvalidParameterValue", "Value (%s) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: %s.", asked, strings.Join(names, ", "))
}

func (e *EC2) describeZones(ctx context.Context, in *ec2.DescribeAvailabilityZonesInput) (*ec2.DescribeAvailabilityZonesOutput, error) {
	rows := zones(wire.From(ctx).Region)
	for _, name := range in.ZoneNames {
		if !slices.ContainsFunc(rows, func(z zone) bool { return z.Name == name }) {
			return nil, zone{}.missing(name)
		}
	}
	for _, id := range in.ZoneIds {
		if !slices.ContainsFunc(rows, func(z zone) bool { return z.ID == id }) {
			return nil, zone{}.missing(id)
		}
	}
	rows = slices.DeleteFunc(rows, func(z zone) bool {
		return len(in.ZoneNames) > 0 && !slices.Contains(in.ZoneNames, z.Name) ||
			len(in.ZoneIds) > 0 && !slices.Contains(in.ZoneIds, z.ID)
	})
	rows, err := filter(ctx, e, rows, in.Filters)
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeAvailabilityZonesOutput{AvailabilityZones: convert(rows, zoneShape)}, nil
}

func zoneShape(z zone) types.AvailabilityZone {
	return types.AvailabilityZone{
		ZoneName: &z.Name, ZoneId: &z.ID, RegionName: &z.Region, GroupName: &z.Region, NetworkBorderGroup: &z.Region,
		State: types.AvailabilityZoneStateAvailable, ZoneType: aws.String("availability-zone"),
		OptInStatus: types.AvailabilityZoneOptInStatusOptInNotRequired,
	}
}

// region is a region's name as a row.
type region string

func (r region) id() string { return string(r) }

func (r region) missing(id string) error {
	return wire.Fault("InvalidParameterValue", "Invalid region: %s", id)
}

func (r region) field(name string) ([]string, bool) {
	switch name {
	case "region-name":
		return []string{string(r)}, true
	case "endpoint":
		return []string{"ec2." + string(r) + ".amazonaws.com"}, true
	case "opt-in-status":
		return []string{"opt-in-not-required"}, true
	}
	return nil, false
}

func (e *EC2) describeRegions(ctx context.Context, in *ec2.DescribeRegionsInput) (*ec2.DescribeRegionsOutput, error) {
	for _, name := range in.RegionNames {
		if !slices.Contains(regionNames, name) {
			return nil, region("").missing(name)
		}
	}
	var rows []region
	for _, name := range regionNames {
		if len(in.RegionNames) == 0 || slices.Contains(in.RegionNames, name) {
			rows = append(rows, region(name))
		}
	}
	rows, err := filter(ctx, e, rows, in.Filters)
	if err != nil {
		return nil, err
	}
	shapes := convert(rows, func(r region) types.Region {
		return types.Region{
			RegionName: aws.String(string(r)), Endpoint: aws.String("ec2." + string(r) + ".amazonaws.com"),
			OptInStatus: aws.String("opt-in-not-required"),
		}
	})
	return &ec2.DescribeRegionsOutput{Regions: shapes}, nil
}
