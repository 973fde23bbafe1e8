package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

func TestTerminatingSaysThatNothingRemains(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		empty := w.census()
		w.deploys(w.grown())
		w.says(w.terminates(w.grown(), empty).err, "Nothing remains of orders/default.")
		again := w.terminates(w.grown(), empty)
		w.says(again.err, "Nothing remains of orders/default.")
		w.same("changing calls", names(mutating(again.calls)), "")
		w.deploys(w.grown()) // the names are free again
	})
}

// An older file asked for other workloads, somewhere else.
func TestTerminatingFindsWhatAnOlderFileMade(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		subnets := w.otherNetwork()
		empty := w.census()
		w.deploys(w.file("older.json", fmt.Sprintf(`{
			"name": "orders", "image": "%s/orders:1", "network": { "subnets": [%s] },
			"workloads": { "api": { "port": 80 }, "queue": { "command": ["work"] } }
		}`, worldRegistry, subnets)))
		w.terminates(w.orders("1"), empty)
	})
}

// A file that names other things makes those and deletes the former.
func TestAFileThatChangedLeavesNothingOfTheFormerOne(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		subnets := w.otherNetwork()
		w.deploys(w.orders("1"))
		want := w.portrait(ordersOwner)
		w.deploys(w.file("other.json", fmt.Sprintf(`{
			"name": "orders", "image": "%s/orders:1", "network": { "subnets": [%s], "publicIp": false },
			"workloads": { "api": { "port": 80 }, "queue": { "command": ["work"] } }
		}`, worldRegistry, subnets)))
		if got := w.portrait(ordersOwner); strings.Contains(got, "orders_web") {
			w.Errorf("left over:\n%s", got)
		}
		w.deploys(w.orders("1"))
		w.same("what the service has", withoutRevisions(w.portrait(ordersOwner)), withoutRevisions(want))
	})
}

// otherNetwork makes a VPC with two subnets and lists them as a file does.
func (w *world) otherNetwork() string {
	w.Helper()
	client := ec2.NewFromConfig(w.byHand())
	vpc := must(client.CreateVpc(w.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.77.0.0/16")}))(w)
	gateway := must(client.CreateInternetGateway(w.Context(), &ec2.CreateInternetGatewayInput{}))(w)
	must(client.AttachInternetGateway(w.Context(), &ec2.AttachInternetGatewayInput{
		InternetGatewayId: gateway.InternetGateway.InternetGatewayId, VpcId: vpc.Vpc.VpcId,
	}))(w)
	var subnets []string
	for i, zone := range []string{"a", "b"} {
		out := must(client.CreateSubnet(w.Context(), &ec2.CreateSubnetInput{
			VpcId: vpc.Vpc.VpcId, CidrBlock: aws.String(fmt.Sprintf("10.77.%d.0/24", i)), AvailabilityZone: aws.String(worldRegion + zone),
		}))(w)
		subnets = append(subnets, fmt.Sprintf("%q", aws.ToString(out.Subnet.SubnetId)))
	}
	return strings.Join(subnets, ", ")
}

// Somebody deleted some of it by hand.
func TestTerminatingCopesWithPartsThatAreGone(t *testing.T) {
	for name, drift := range drifts {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.push("orders", "1")
				empty := w.census()
				w.deploys(w.grown())
				if err := drift.change(w.Context(), w, w.byHand()); err != nil {
					w.Fatal(err)
				}
				w.ends(w.photon("--file", w.grown(), "--terminate"), exitDone)
				w.same("what is in the account", withoutRevisions(w.census()), empty)
			})
		})
	}
}

func TestWhatServicesShareGoesWithTheLast(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		w.push("bills", "1")
		empty := w.census()
		bills := w.file("bills.json", `{ "name": "bills", "image": "`+worldRegistry+`/bills:1", "port": 8080 }`)
		w.deploys(bills)
		alone, state := w.census(), w.portrait("bills/default")
		w.deploys(w.grown())
		w.terminates(w.grown(), alone)
		w.same("what the other service has", w.portrait("bills/default"), state)
		w.terminates(bills, empty)
	})
}

// What is somebody else's looks like Photon's, but does not bear its tags.
func TestTerminatingTouchesNothingForeign(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		config := w.byHand()
		vpcs := must(ec2.NewFromConfig(config).DescribeVpcs(w.Context(), &ec2.DescribeVpcsInput{}))(w)
		must(ec2.NewFromConfig(config).CreateSecurityGroup(w.Context(), &ec2.CreateSecurityGroupInput{
			GroupName: aws.String("photon_default_orders_web_other"), Description: aws.String("by hand"), VpcId: vpcs.Vpcs[0].VpcId,
		}))(w)
		must(elasticloadbalancingv2.NewFromConfig(config).CreateTargetGroup(w.Context(), &elasticloadbalancingv2.CreateTargetGroupInput{
			Name: aws.String("orders-web-by-hand"), Protocol: "HTTP", Port: aws.Int32(80), TargetType: "ip", VpcId: vpcs.Vpcs[0].VpcId,
		}))(w)
		must(iam.NewFromConfig(config).CreateRole(w.Context(), &iam.CreateRoleInput{
			RoleName: aws.String("photon_default_eu-central-1_orders_other"), Path: aws.String("/photon/default/eu-central-1/orders/"),
			AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[
				{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
		}))(w)
		must(cloudwatchlogs.NewFromConfig(config).CreateLogGroup(w.Context(), &cloudwatchlogs.CreateLogGroupInput{
			LogGroupName: aws.String("/photon/default/orders-by-hand"),
		}))(w)
		foreign := w.census()
		w.deploys(w.grown())
		w.terminates(w.grown(), foreign)
	})
}

// taken are names that the file needs and somebody else has.
var taken = map[string]struct {
	take func(w *world, config aws.Config)
	says string
}{
	"a log group": {
		take: func(w *world, config aws.Config) {
			must(cloudwatchlogs.NewFromConfig(config).CreateLogGroup(w.Context(), &cloudwatchlogs.CreateLogGroupInput{
				LogGroupName: aws.String(grownGroup),
			}))(w)
		},
		says: "error: log group /photon/default/orders: exists and is not Photon's",
	},
	"a cluster": {
		take: func(w *world, config aws.Config) {
			must(ecs.NewFromConfig(config).CreateCluster(w.Context(), &ecs.CreateClusterInput{ClusterName: aws.String(grownCluster)}))(w)
		},
		says: "error: cluster photon-default: exists and is not Photon's",
	},
	"a role": {
		take: func(w *world, config aws.Config) {
			must(iam.NewFromConfig(config).CreateRole(w.Context(), &iam.CreateRoleInput{
				RoleName: aws.String(grownRole), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[
					{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
			}))(w)
		},
		says: "error: role " + grownRole + ": exists and is not Photon's",
	},
	"another service's security group": {
		take: func(w *world, config aws.Config) {
			w.deploys(w.orders("1"))
			must(ec2.NewFromConfig(config).CreateTags(w.Context(), &ec2.CreateTagsInput{
				Resources: []string{aws.ToString(w.groupNamed("tasks").GroupId)},
				Tags:      []ec2types.Tag{{Key: aws.String("photon:owner"), Value: aws.String("bills/default")}},
			}))(w)
		},
		says: "error: security group photon_default_orders_web_tasks_#: belongs to bills/default",
	},
}

func TestANameThatIsTakenIsRefusedBeforeAnyChange(t *testing.T) {
	for name, c := range taken {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.push("orders", "1")
				c.take(w, w.byHand())
				r := w.ends(w.photon("--file", w.grown()), exitRefused)
				w.says(unhashed(r.err), c.says)
				w.same("changing calls", names(mutating(r.calls)), "")
			})
		})
	}
}

// refusals are runs that end before any change.
var refusals = map[string]struct {
	extra string
	args  []string
	code  int
	says  string // on stdout or stderr
}{
	"protected": {
		extra: `"protected": true, "scale": 2`, code: exitRefused,
		says: "error: orders/default: is protected and there is no terminal to ask on\nhint: --yes goes on without asking",
	},
	"protected, terminated": {
		extra: `"protected": true`, args: []string{"--terminate"}, code: exitRefused,
		says: "error: orders/default: is protected",
	},
	"planned": {
		extra: `"scale": 3`, args: []string{"--plan"}, code: exitDone, says: "desiredCount: 1 → 3",
	},
	"planned to be terminated": {
		args: []string{"--plan", "--terminate"}, code: exitDone, says: "- service",
	},
	"another account": {
		extra: `"aws": { "account": "999999999999" }`, code: exitRefused, says: "999999999999",
	},
	"another account, terminated": {
		extra: `"aws": { "account": "999999999999" }`, args: []string{"--terminate"}, code: exitRefused, says: "999999999999",
	},
	"another region": {
		extra: `"aws": { "region": "us-west-2" }`, args: []string{"--region", "eu-central-1"}, code: exitRefused, says: "us-west-2",
	},
	"another region, terminated": {
		extra: `"aws": { "region": "us-west-2" }`, args: []string{"--region", "eu-central-1", "--terminate"}, code: exitRefused, says: "us-west-2",
	},
	"no such image": {
		extra: `"image": "` + worldRegistry + `/orders:9"`, code: exitRefused, says: "orders:9: is not in ",
	},
	"no such secret": {
		extra: `"secrets": { "PASSWORD": "ssm:/orders/none" }`, code: exitRefused, says: "/orders/none",
	},
}

func TestARunThatIsRefusedChangesNothing(t *testing.T) {
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.push("orders", "1")
				w.deploys(w.orders("1"))
				extra := c.extra
				if extra != "" {
					extra = ", " + extra
				}
				if !strings.Contains(extra, `"image"`) {
					extra += `, "image": "` + worldRegistry + `/orders:1"`
				}
				path := w.file("refused.json", `{ "name": "orders", "port": 8080`+extra+` }`)
				r := w.ends(w.photon(append([]string{"--file", path}, c.args...)...), c.code)
				w.says(r.out+r.err, c.says)
				w.same("changing calls", names(mutating(r.calls)), "")
			})
		})
	}
}

func TestWhatIsProtectedChangesWhenYesIsSaid(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		empty := w.census()
		path := w.file("protected.json", `{ "name": "orders", "image": "`+worldRegistry+`/orders:1", "protected": true }`)
		w.deploys(path, "--yes")
		w.deploys(path) // nothing to do is nothing to ask
		w.deploys(path, "--terminate", "--yes")
		w.same("what is in the account", w.census(), empty)
	})
}

func TestLogsThatTheFileKeepsStay(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		empty := w.census()
		path := w.file("keeping.json", `{ "name": "orders", "image": "`+worldRegistry+`/orders:1", "logs": { "to": [ { "type": "cloudwatch", "keep": true } ] } }`)
		w.deploys(path)
		r := w.deploys(path, "--terminate")
		w.says(r.err, "Nothing remains of orders/default but what the file keeps: log group /photon/default/orders")
		w.same("what is in the account", w.census(), "log group /photon/default/orders\n"+empty)
	})
}
