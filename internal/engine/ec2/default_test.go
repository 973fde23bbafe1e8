package ec2

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/state"
)

func TestAWorldStartsWithTheDefaultNetwork(t *testing.T) {
	_, c := start(t)
	vpcs := must[ec2.DescribeVpcsOutput](t)(c.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{})).Vpcs
	if len(vpcs) != 1 || *vpcs[0].CidrBlock != "10.88.0.0/16" || !*vpcs[0].IsDefault || *vpcs[0].OwnerId != account {
		t.Fatalf("VPCs: %+v", vpcs)
	}
	var got []string
	for _, s := range must[ec2.DescribeSubnetsOutput](t)(c.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{})).Subnets {
		got = append(got, fmt.Sprint(*s.AvailabilityZone, " ", *s.AvailabilityZoneId, " ", *s.CidrBlock, " ", *s.DefaultForAz, " ", *s.MapPublicIpOnLaunch, " ", *s.AvailableIpAddressCount))
	}
	slices.Sort(got)
	want := "us-east-1a use1-az1 10.88.0.0/20 true true 4091\nus-east-1b use1-az2 10.88.16.0/20 true true 4091\nus-east-1c use1-az3 10.88.32.0/20 true true 4091"
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("subnets:\n%s\nwant:\n%s", text, want)
	}
	groups := must[ec2.DescribeSecurityGroupsOutput](t)(c.DescribeSecurityGroups(t.Context(), &ec2.DescribeSecurityGroupsInput{})).SecurityGroups
	if len(groups) != 1 || *groups[0].GroupName != "default" || *groups[0].IpPermissions[0].UserIdGroupPairs[0].GroupId != *groups[0].GroupId {
		t.Errorf("groups: %+v", groups)
	}
	tables := must[ec2.DescribeRouteTablesOutput](t)(c.DescribeRouteTables(t.Context(), &ec2.DescribeRouteTablesInput{Filters: byTag("association.main", "true")})).RouteTables
	if len(tables) != 1 || len(tables[0].Routes) != 2 || !strings.HasPrefix(*tables[0].Routes[1].GatewayId, "igw-") || tables[0].Routes[1].State != types.RouteStateActive {
		t.Errorf("route tables: %+v", tables)
	}
}

func TestWorldsDoNotShareAddressesOrResources(t *testing.T) {
	e, _ := start(t)
	var blocks []string
	ids := map[string]bool{}
	for _, world := range [][2]string{{account, "us-east-1"}, {account, "eu-west-1"}, {"999999999999", "us-east-1"}} {
		c := clientOf(e, world[0], world[1])
		vpcs := must[ec2.DescribeVpcsOutput](t)(c.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{})).Vpcs
		blocks = append(blocks, *vpcs[0].CidrBlock)
		ids[*vpcs[0].VpcId] = true
	}
	if want := []string{"10.88.0.0/16", "10.89.0.0/16", "10.90.0.0/16"}; !slices.Equal(blocks, want) || len(ids) != 3 {
		t.Errorf("blocks %v, want %v; ids %v", blocks, want, ids)
	}
}

func TestTheDefaultVPCComesBackOnlyOnRequest(t *testing.T) {
	_, c := start(t)
	n := defaultNetwork(t, c)
	if _, err := c.CreateDefaultVpc(t.Context(), &ec2.CreateDefaultVpcInput{}); code(err) != "DefaultVpcAlreadyExists" {
		t.Errorf("second default VPC: %v", err)
	}
	empty(t, c, n)
	must[ec2.DeleteVpcOutput](t)(c.DeleteVpc(t.Context(), &ec2.DeleteVpcInput{VpcId: &n.vpc}))
	if left := must[ec2.DescribeVpcsOutput](t)(c.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{})).Vpcs; len(left) != 0 {
		t.Fatalf("VPCs after deletion: %+v", left)
	}
	made := must[ec2.CreateDefaultVpcOutput](t)(c.CreateDefaultVpc(t.Context(), &ec2.CreateDefaultVpcInput{}))
	if !*made.Vpc.IsDefault {
		t.Errorf("made %+v", made.Vpc)
	}
}

// empty deletes what keeps a VPC from being deleted, in the order that AWS wants.
func empty(t *testing.T, c *ec2.Client, n network) {
	t.Helper()
	if _, err := c.DeleteVpc(t.Context(), &ec2.DeleteVpcInput{VpcId: &n.vpc}); code(err) != "DependencyViolation" {
		t.Fatalf("deleting a VPC in use: %v", err)
	}
	must[ec2.DeleteSecurityGroupOutput](t)(c.DeleteSecurityGroup(t.Context(), &ec2.DeleteSecurityGroupInput{GroupId: &n.group}))
	for _, id := range n.subnets {
		must[ec2.DeleteSubnetOutput](t)(c.DeleteSubnet(t.Context(), &ec2.DeleteSubnetInput{SubnetId: &id}))
	}
	gateways := must[ec2.DescribeInternetGatewaysOutput](t)(c.DescribeInternetGateways(t.Context(), &ec2.DescribeInternetGatewaysInput{Filters: byTag("attachment.vpc-id", n.vpc)}))
	id := gateways.InternetGateways[0].InternetGatewayId
	if _, err := c.DeleteInternetGateway(t.Context(), &ec2.DeleteInternetGatewayInput{InternetGatewayId: id}); code(err) != "DependencyViolation" {
		t.Errorf("deleting an attached gateway: %v", err)
	}
	must[ec2.DetachInternetGatewayOutput](t)(c.DetachInternetGateway(t.Context(), &ec2.DetachInternetGatewayInput{InternetGatewayId: id, VpcId: &n.vpc}))
	must[ec2.DeleteInternetGatewayOutput](t)(c.DeleteInternetGateway(t.Context(), &ec2.DeleteInternetGatewayInput{InternetGatewayId: id}))
}

func TestStateSurvivesARestart(t *testing.T) {
	path := t.TempDir() + "/state"
	var first string
	for i := range 2 {
		db, err := state.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		c := clientOf(New(db, 88), account, home)
		vpcs := must[ec2.DescribeVpcsOutput](t)(c.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{})).Vpcs
		if i == 0 {
			first = *vpcs[0].VpcId
		} else if len(vpcs) != 1 || *vpcs[0].VpcId != first {
			t.Errorf("after the restart: %+v, want only %s", vpcs, first)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestZoneIDsFollowTheRegion(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "use1", "ap-southeast-2": "apse2", "eu-central-1": "euc1", "ap-northeast-3": "apne3", "us-gov-west-1": "usgw1", "sa-east-1": "sae1",
	} {
		if got := shortRegion(region); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}

func TestAVPCIsBuiltAndRoutedByHand(t *testing.T) {
	_, c := start(t)
	ctx := t.Context()
	tags := []types.TagSpecification{{ResourceType: types.ResourceTypeVpc, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("hand")}}}}
	vpc := must[ec2.CreateVpcOutput](t)(c.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("192.168.0.0/16"), TagSpecifications: tags})).Vpc
	subnet := must[ec2.CreateSubnetOutput](t)(c.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: vpc.VpcId, CidrBlock: aws.String("192.168.1.0/24"), AvailabilityZone: aws.String("us-east-1b")})).Subnet
	gateway := must[ec2.CreateInternetGatewayOutput](t)(c.CreateInternetGateway(ctx, &ec2.CreateInternetGatewayInput{})).InternetGateway
	must[ec2.AttachInternetGatewayOutput](t)(c.AttachInternetGateway(ctx, &ec2.AttachInternetGatewayInput{InternetGatewayId: gateway.InternetGatewayId, VpcId: vpc.VpcId}))
	request := &ec2.CreateRouteTableInput{VpcId: vpc.VpcId, ClientToken: aws.String("once")}
	table := must[ec2.CreateRouteTableOutput](t)(c.CreateRouteTable(ctx, request)).RouteTable
	if again := must[ec2.CreateRouteTableOutput](t)(c.CreateRouteTable(ctx, request)).RouteTable; *again.RouteTableId != *table.RouteTableId {
		t.Errorf("a repeated request made %s, not %s", *again.RouteTableId, *table.RouteTableId)
	}
	must[ec2.CreateRouteOutput](t)(c.CreateRoute(ctx, &ec2.CreateRouteInput{RouteTableId: table.RouteTableId, DestinationCidrBlock: aws.String("0.0.0.0/0"), GatewayId: gateway.InternetGatewayId}))
	link := must[ec2.AssociateRouteTableOutput](t)(c.AssociateRouteTable(ctx, &ec2.AssociateRouteTableInput{RouteTableId: table.RouteTableId, SubnetId: subnet.SubnetId}))

	if *subnet.AvailableIpAddressCount != 251 || *subnet.AvailabilityZone != "us-east-1b" || *subnet.MapPublicIpOnLaunch {
		t.Errorf("subnet: %+v", subnet)
	}
	if found := must[ec2.DescribeVpcsOutput](t)(c.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{Filters: byTag("tag:Name", "h?n*")})).Vpcs; len(found) != 1 {
		t.Errorf("by tag: %+v", found)
	}
	if _, err := c.DeleteRouteTable(ctx, &ec2.DeleteRouteTableInput{RouteTableId: table.RouteTableId}); code(err) != "DependencyViolation" {
		t.Errorf("deleting an associated route table: %v", err)
	}
	must[ec2.DisassociateRouteTableOutput](t)(c.DisassociateRouteTable(ctx, &ec2.DisassociateRouteTableInput{AssociationId: link.AssociationId}))
	must[ec2.DeleteRouteOutput](t)(c.DeleteRoute(ctx, &ec2.DeleteRouteInput{RouteTableId: table.RouteTableId, DestinationCidrBlock: aws.String("0.0.0.0/0")}))
	must[ec2.DeleteRouteTableOutput](t)(c.DeleteRouteTable(ctx, &ec2.DeleteRouteTableInput{RouteTableId: table.RouteTableId}))
}
