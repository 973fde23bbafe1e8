package ecs

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Where tasks ask about themselves (task metadata endpoint version 4) and for
// the credentials of their role.
const (
	metadataURI     = "http://169.254.170.2/v4/"
	agentURI        = "http://169.254.170.2/api/"
	credentialsPath = "/v2/credentials/"
)

// metadataID is what a container is called at the metadata endpoint.
func (a *agent) metadataID(name string) string { return last(a.key) + "-" + name }

// metadata answers a container's question at the metadata endpoint.
func (a *agent) metadata(path string) (string, []byte, int) {
	t := a.task()
	if path == credentialsPath+t.id() {
		return answer(a.roleCredentials())
	}
	rest, ok := strings.CutPrefix(path, "/v4/"+t.id()+"-")
	if !ok {
		return "text/plain", []byte("not found"), http.StatusNotFound
	}
	name, what, _ := strings.Cut(rest, "/")
	switch what {
	case "":
		return answer(containerMetadata(*container(&t, name)))
	case "task", "taskWithTags":
		return answer(a.taskMetadata(t))
	case "stats", "task/stats":
		return answer(map[string]any{})
	}
	return "text/plain", []byte("not found"), http.StatusNotFound
}

func answer(document any) (string, []byte, int) {
	body, err := json.Marshal(document)
	if err != nil {
		return "text/plain", []byte(err.Error()), http.StatusInternalServerError
	}
	return "application/json", body, http.StatusOK
}

// roleCredentials are keys that the engine takes: every key is good to it, and
// the digits after ASIA say which account the task works in.
func (a *agent) roleCredentials() any {
	id := strings.ToUpper(last(a.key))
	account, _, _ := strings.Cut(a.key, "/")
	return map[string]string{
		"RoleArn": aws.ToString(a.definition.TaskRoleArn), "AccessKeyId": "ASIA" + account + id[:12],
		"SecretAccessKey": id, "Token": id, "Expiration": time.Now().Add(6 * time.Hour).UTC().Format(time.RFC3339),
	}
}

func (a *agent) taskMetadata(t task) any {
	containers := []any{}
	for _, c := range t.Containers {
		containers = append(containers, containerMetadata(c))
	}
	return map[string]any{
		"Cluster": *t.ClusterArn, "TaskARN": *t.TaskArn, "Family": *a.definition.Family,
		"Revision": *text(int(a.definition.Revision)), "DesiredStatus": *t.DesiredStatus, "KnownStatus": *t.LastStatus,
		"Limits":           map[string]any{"CPU": coresOf(*a.definition.Cpu), "Memory": bytesOf(*a.definition.Memory) >> 20},
		"AvailabilityZone": aws.ToString(t.AvailabilityZone), "LaunchType": "FARGATE", "ServiceName": t.Service,
		"PullStartedAt": t.PullStartedAt, "PullStoppedAt": t.PullStoppedAt, "Containers": containers,
	}
}

func containerMetadata(c types.Container) any {
	addresses := []string{}
	for _, n := range c.NetworkInterfaces {
		addresses = append(addresses, aws.ToString(n.PrivateIpv4Address))
	}
	return map[string]any{
		"DockerId": aws.ToString(c.RuntimeId), "Name": *c.Name, "DockerName": *c.Name, "Image": *c.Image,
		"ImageID": aws.ToString(c.ImageDigest), "ContainerARN": *c.ContainerArn,
		"KnownStatus": *c.LastStatus, "DesiredStatus": "RUNNING", "Type": "NORMAL",
		"Networks": []any{map[string]any{"NetworkMode": "awsvpc", "IPv4Addresses": addresses}},
	}
}
