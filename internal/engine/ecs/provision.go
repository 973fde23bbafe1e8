package ecs

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/runtime"
	"photon/internal/engine/wire"
)

// provision gets everything that the task's containers need: the network
// interface, what the execution role may fetch, the images and the sandbox.
func (a *agent) provision(work context.Context) error {
	t := a.task()
	_, d, err := a.e.definition(work, t.TaskDefinitionArn)
	if err != nil {
		return notStarted("The task definition %s is gone.", last(*t.TaskDefinitionArn))
	}
	a.definition = override(d, t.Overrides)
	for _, c := range a.definition.ContainerDefinitions {
		a.boxes[*c.Name] = &box{definition: c}
	}
	if err := a.attach(work, t); err != nil {
		return err
	}
	a.status("PENDING")
	for _, step := range []func(context.Context) error{a.checkRole, a.fetchSecrets, a.openLogs, a.pull, a.enclose} {
		if err := step(work); err != nil {
			return err
		}
		if work.Err() != nil {
			return work.Err()
		}
	}
	return nil
}

// attach makes the task's network interface.
func (a *agent) attach(work context.Context, t task) error {
	subnet := *t.Attachments[0].Details[0].Value
	i, err := a.e.parts.Attach(work, subnet, t.Groups, wire.From(work).ARN("ecs", "attachment/"+*t.Attachments[0].Id))
	if err != nil {
		return notStarted("Unexpected EC2 error while attempting to create a network interface in subnet '%s': %s", subnet, cause(err))
	}
	a.edit(func(t *task) {
		t.Interface, t.AvailabilityZone = i, &i.Zone
		t.Connectivity, t.ConnectivityAt = types.ConnectivityConnected, aws.Time(time.Now())
		t.Attachments[0].Status = aws.String("ATTACHED")
		t.Attachments[0].Details = pairs("subnetId", i.Subnet, "networkInterfaceId", i.ID, "macAddress", i.MAC, "privateIPv4Address", i.Address.String())
		for n := range t.Containers {
			t.Containers[n].NetworkInterfaces = []types.NetworkInterface{{AttachmentId: t.Attachments[0].Id, PrivateIpv4Address: aws.String(i.Address.String())}}
		}
	})
	return nil
}

// pull gets the images, one after another.
func (a *agent) pull(work context.Context) error {
	a.edit(func(t *task) { t.PullStartedAt = aws.Time(time.Now()) })
	for _, c := range a.definition.ContainerDefinitions {
		if err := a.pullOne(work, c); err != nil {
			return err
		}
	}
	a.edit(func(t *task) { t.PullStoppedAt = aws.Time(time.Now()) })
	return nil
}

// pullOne gets one image: for a service's task the one that the first task of
// the deployment got, even where the tag has been moved since.
func (a *agent) pullOne(work context.Context, c types.ContainerDefinition) error {
	auth, err := a.login(work, c)
	if err != nil {
		return err
	}
	platform, name := platformOf(a.definition), *c.Image
	image, err := a.e.parts.Runtime.Pull(work, name, platform, auth)
	if err == nil {
		if first := a.e.digest(a.task(), c, image.Digest); first != image.Digest {
			name = pinned(name, first)
			image, err = a.e.parts.Runtime.Pull(work, name, platform, auth)
		}
	}
	if work.Err() != nil {
		return work.Err()
	}
	if err != nil {
		return noPull(*c.Name, platform, err)
	}
	a.boxes[*c.Name].image = name
	a.edit(func(t *task) { container(t, *c.Name).ImageDigest = optional(image.Digest) })
	return nil
}

// pinned is the reference to the image of a digest in a reference's repository.
func pinned(reference, digest string) string {
	name, _, _ := strings.Cut(reference, "@")
	if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "/") {
		name = name[:i]
	}
	return name + "@" + digest
}

// enclose makes the sandbox that the containers share.
func (a *agent) enclose(work context.Context) error {
	t := a.task()
	sandbox, err := a.e.parts.Runtime.Sandbox(work, runtime.SandboxConfig{
		Task: t.id(), Network: t.Interface.VPC, Range: t.Interface.Range, Address: t.Interface.Address,
		Metadata: a.metadata,
	})
	if err != nil {
		return notStarted("ResourceInitializationError: failed to configure the task's network: %s", err)
	}
	a.sandbox = sandbox
	return nil
}

// container is the part of the task that shows the container called name.
func container(t *task, name string) *types.Container {
	for i := range t.Containers {
		if *t.Containers[i].Name == name {
			return &t.Containers[i]
		}
	}
	return &types.Container{}
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
