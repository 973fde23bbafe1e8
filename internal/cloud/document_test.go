package cloud

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/resource"
)

func text(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestATaskDefinitionBecomesTheInputThatMadeIt(t *testing.T) {
	shape := &types.TaskDefinition{
		TaskDefinitionArn: aws.String("arn"), Revision: 3, Status: types.TaskDefinitionStatusActive,
		Compatibilities: []types.Compatibility{types.CompatibilityFargate},
		Family:          aws.String("f"), NetworkMode: types.NetworkModeAwsvpc,
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Essential: aws.Bool(false),
			Environment:      []types.KeyValuePair{{Name: aws.String("EMPTY"), Value: aws.String("")}},
			DockerLabels:     map[string]string{"Photon.Label": "X"},
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwsfirelens, Options: map[string]string{"Name": "http"}},
			MountPoints:      []types.MountPoint{},
		}},
	}
	compare(t, text(t, membersOf[ecs.RegisterTaskDefinitionInput](documentOf(shape))),
		`{"containerDefinitions":[{"cpu":0,"dockerLabels":{"Photon.Label":"X"},"environment":[{"name":"EMPTY","value":""}],`+
			`"essential":false,"logConfiguration":{"logDriver":"awsfirelens","options":{"Name":"http"}},"name":"web"}],`+
			`"family":"f","networkMode":"awsvpc"}`)
}

func TestAServiceBecomesTheInputThatMadeIt(t *testing.T) {
	service := types.Service{
		ServiceName: aws.String("s"), ServiceArn: aws.String("arn"), ClusterArn: aws.String("cluster-arn"),
		Status: aws.String("ACTIVE"), RunningCount: 2, DesiredCount: 0, RoleArn: aws.String("linked"),
		Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}},
		Deployments: []types.Deployment{
			{Status: aws.String("ACTIVE"), PlatformVersion: aws.String("old")},
			{Status: aws.String("PRIMARY"), PlatformVersion: aws.String("new"), VolumeConfigurations: []types.ServiceVolumeConfiguration{{Name: aws.String("v")}}},
		},
	}
	compare(t, text(t, serviceDocument(service)),
		`{"cluster":"cluster-arn","desiredCount":0,"enableECSManagedTags":false,"enableExecuteCommand":false,`+
			`"platformVersion":"new","serviceName":"s","volumeConfigurations":[{"name":"v"}]}`)
}

func TestADocumentBecomesAnInput(t *testing.T) {
	cases := []struct{ name, document, want string }{
		{"zero is sent", `{"desiredCount":0}`, ""},
		{"unknown member", `{"colour":1}`, "member colour: AWS has none of this name"},
		{"unknown member inside", `{"deploymentConfiguration":{"colour":1}}`, "member colour: AWS has none of this name"},
		{"wrong type", `{"deploymentConfiguration":{"maximumPercent":"all"}}`,
			"member deploymentConfiguration.maximumPercent: is a string, not what AWS takes"},
		{"null and empty text are left out", `{"platformVersion":"","networkConfiguration":null}`, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var document resource.Document
			if err := json.Unmarshal([]byte(c.document), &document); err != nil {
				t.Fatal(err)
			}
			in, err := inputOf[ecs.CreateServiceInput](document)
			if c.want != "" {
				compare(t, fmt.Sprint(err), c.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if in.PlatformVersion != nil || in.NetworkConfiguration != nil || in.DesiredCount == nil && c.name == "zero is sent" {
				t.Errorf("%+v", in)
			}
		})
	}
}

func TestAnUpdateSendsWhatDiffers(t *testing.T) {
	cases := []struct{ name, want, have, sent string }{
		{"nothing", `{"desiredCount":2}`, `{"desiredCount":2}`, `{}`},
		{"the count alone", `{"desiredCount":0,"taskDefinition":"a"}`, `{"desiredCount":2,"taskDefinition":"a"}`, `{"desiredCount":0}`},
		{"the configuration is whole", `{"deploymentConfiguration":{"maximumPercent":200,"strategy":"ROLLING"}}`,
			`{"deploymentConfiguration":{"maximumPercent":200,"strategy":"ROLLING"}}`,
			`{"deploymentConfiguration":{"maximumPercent":200,"strategy":"ROLLING"}}`},
		{"an empty list removes", `{"loadBalancers":[]}`, `{"loadBalancers":[{"targetGroupArn":"a"}]}`, `{"loadBalancers":[]}`},
		{"what is not stated is removed", `{}`, `{"placementStrategy":[{"type":"spread"}]}`, `{"placementStrategy":[]}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var want, have resource.Document
			if err := json.Unmarshal([]byte(c.want), &want); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(c.have), &have); err != nil {
				t.Fatal(err)
			}
			compare(t, text(t, updateDocument(want, have)), c.sent)
		})
	}
}

func TestRefsBecomeIDsAndBack(t *testing.T) {
	b := newBook()
	group := resource.Key{Kind: resource.KindLogGroup, Name: "/photon/prod/orders"}
	b.set(group, group.Name)
	document := resource.Document{
		"executionRoleArn": "arn:plain",
		"options":          resource.Document{"awslogs-group": group.Ref()},
		"environment":      []any{resource.Document{"name": "A", "value": group.Ref()}},
	}
	resolved, err := b.resolve(document)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, text(t, resolved), `{"environment":[{"name":"A","value":"ref:log-group//photon/prod/orders"}],`+
		`"executionRoleArn":"arn:plain","options":{"awslogs-group":"/photon/prod/orders"}}`)
	retention, err := b.resolve(resource.LogRetention{Group: group.Ref(), Days: 7})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, fmt.Sprintf("%#v", retention), `resource.LogRetention{Group:"/photon/prod/orders", Days:7}`)
	_, err = b.resolve(resource.RolePolicy{Role: resource.Key{Kind: resource.KindRole, Name: "r"}.Ref()})
	compare(t, fmt.Sprint(err), "role r, to which it refers, does not exist")
}

func TestPoliciesOfOtherShapesShow(t *testing.T) {
	cases := []struct{ name, policy, principal, statements string }{
		{"trust", trustText("ecs.amazonaws.com"), "ecs.amazonaws.com", `[{"actions":["sts:AssumeRole"],"resources":null}]`},
		{"encoded", "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGet%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D",
			"", `[{"actions":["s3:Get*"],"resources":["*"]}]`},
		{"deny", `{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`, "Deny", `[{"actions":["Deny","s3:*"],"resources":["*"]}]`},
		{"condition", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"1"},"Action":"a","Condition":{"X":1}}]}`,
			`Allow{"X":1} AWS 1`, `[{"actions":["Allow{\"X\":1}","a"],"resources":null}]`},
		{"not a policy", "%zz", "unreadable", `[{"actions":["unreadable"],"resources":null}]`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := readPolicy(c.policy)
			compare(t, p.principal(), c.principal)
			compare(t, text(t, p.statements()), c.statements)
		})
	}
}

func TestARevisionIsChosen(t *testing.T) {
	r := newRevisions()
	for i := 1; i <= 3; i++ {
		arn := fmt.Sprintf("arn:task-definition/f:%d", i)
		r.byARN[arn] = &revision{arn: arn, family: "f", number: i}
	}
	cases := []struct {
		name, runs, asWanted string
		want                 int
	}{
		{"what runs is as wanted", "2", "123", 2},
		{"the newest is as wanted", "2", "3", 3},
		{"none is as wanted", "2", "1", 2},
		{"nothing runs", "", "1", 3},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r.runs["f"] = "arn:task-definition/f:" + c.runs
			chosen := r.chosen("f", func(one *revision) bool { return strings.Contains(c.asWanted, fmt.Sprint(one.number)) })
			compare(t, fmt.Sprint(chosen.number), fmt.Sprint(c.want))
		})
	}
	if r.chosen("other", func(*revision) bool { return true }) != nil {
		t.Error("a family without revisions has one")
	}
}
