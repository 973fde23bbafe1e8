package cloud

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"photon/internal/resource"
)

var serviceKind = kind{find: findServices, create: createService, update: updateService, remove: removeService}

func createService(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	document := attributesOf[resource.Document](want)
	in, err := inputOf[ecs.CreateServiceInput](document)
	if err != nil {
		return "", err
	}
	if err := a.awaitLoadBalancers(ctx, want); err != nil {
		return "", err
	}
	in.Tags = ecsTagList(resource.Tags(want.Owner))
	in.ClientToken = aws.String(a.clientToken(want, aws.ToString(in.TaskDefinition)))
	since := a.begin()
	out, err := a.ecs().CreateService(ctx, in)
	if err == nil {
		a.start(want.Key, out.Service, since, "")
		return aws.ToString(out.Service.ServiceArn), nil
	}
	if !slices.ContainsFunc(nameTaken, func(text string) bool { return strings.Contains(err.Error(), text) }) {
		return "", err
	}
	return a.adoptService(ctx, want, in)
}

// nameTaken are AWS's words for a name that an active or a draining service
// has; it has no code for them.
var nameTaken = []string{"was not idempotent", "still Draining"}

// clientToken makes the SDK's repeated calls one service. It is of this run:
// a service that was deleted by hand meanwhile can be made again.
func (a *Account) clientToken(want resource.Resource, definition string) string {
	sum := sha256.Sum256([]byte(strings.Join(
		[]string{want.Owner, want.Key.String(), definition, a.opened.String()}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// adoptService takes over the service that has the name already, if it is
// ours, and makes it run what is wanted.
func (a *Account) adoptService(ctx context.Context, want resource.Resource, in *ecs.CreateServiceInput) (string, error) {
	found, err := a.describeServices(ctx, aws.ToString(in.Cluster), want.Key.Name)
	if err != nil {
		return "", err
	}
	if len(found) == 0 { // it was draining, and is gone since
		return "", &StepError{Step: want.Key, Operation: "CreateService", Message: errVanished.Error(), Temporary: true}
	}
	arn := aws.ToString(found[0].ServiceArn)
	if aws.ToString(found[0].Status) == "DRAINING" {
		return "", &StepError{
			Step: want.Key, Operation: "CreateService", Message: "its predecessor is still draining", Temporary: true, Waiting: true,
		}
	}
	if _, err := adopt(want, arn, ecsTags(found[0].Tags)); err != nil {
		return "", err
	}
	a.start(want.Key, &found[0], a.begin(), "")
	a.current.set(arn, running{aws.ToString(found[0].CurrentServiceDeployment), aws.ToString(found[0].TaskDefinition)})
	have := resource.Resource{Key: want.Key, Owner: want.Owner, ID: arn, Attributes: serviceDocument(found[0])}
	return arn, updateService(ctx, a, want, have)
}

// replacing are the members that make UpdateService start a deployment when
// they are sent.
var replacing = []string{
	"taskDefinition", "loadBalancers", "networkConfiguration", "platformVersion", "serviceConnectConfiguration",
	"serviceRegistries", "volumeConfigurations", "vpcLatticeConfigurations",
}

// forcing are the members that reach running tasks only by a deployment, which
// UpdateService does not start by itself.
var forcing = []string{
	"capacityProviderStrategy", "enableECSManagedTags", "enableExecuteCommand", "propagateTags",
}

// removable are the members that an empty list removes; leaving them out
// keeps them.
var removable = []string{
	"capacityProviderStrategy", "loadBalancers", "placementConstraints", "placementStrategy", "serviceRegistries",
	"volumeConfigurations", "vpcLatticeConfigurations",
}

// lasting are the members that no call changes.
var lasting = []string{"cluster", "launchType", "role", "schedulingStrategy", "serviceName"}

// updateService sends what differs, because sending some members starts a
// deployment even when they stay the same.
func updateService(ctx context.Context, a *Account, want, have resource.Resource) error {
	document := updateDocument(attributesOf[resource.Document](want), a.ran(have))
	for _, name := range lasting {
		if _, differs := document[name]; differs {
			return cannotChange(want, name)
		}
	}
	in, err := inputOf[ecs.UpdateServiceInput](document)
	if err != nil {
		return err
	}
	if len(in.LoadBalancers) > 0 {
		if err := a.awaitLoadBalancers(ctx, want); err != nil {
			return err
		}
	}
	in.Cluster, in.Service = aws.String(clusterOf(have.ID)), &have.ID
	in.ForceNewDeployment = hasAny(document, forcing) || have.Failed != ""
	since := a.begin()
	out, err := a.ecs().UpdateService(ctx, in)
	if err != nil {
		return err
	}
	if in.ForceNewDeployment || hasAny(document, replacing) {
		before, _ := a.current.get(have.ID)
		a.start(want.Key, out.Service, since, before.deployment)
	}
	return nil
}

// updateDocument is what an update sends: the members that differ, and the
// deployment configuration whole, because what it leaves out may be reset.
func updateDocument(want, have resource.Document) resource.Document {
	sent := resource.Document{}
	for _, name := range changed(want, have) {
		sent[name] = want[name]
	}
	if configuration, stated := want["deploymentConfiguration"]; stated {
		sent["deploymentConfiguration"] = configuration
	}
	for _, name := range removable {
		if _, stated := want[name]; !stated && have[name] != nil {
			sent[name] = []any{}
		}
	}
	return sent
}

func hasAny(document resource.Document, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		_, has := document[name]
		return has
	})
}

// ran is the live document of a service with the very task definition that it
// ran: a ref would lead to the one that this run has registered.
func (a *Account) ran(have resource.Resource) resource.Document {
	document := maps.Clone(attributesOf[resource.Document](have))
	if last, ok := a.current.get(have.ID); ok {
		document["taskDefinition"] = last.definition
	}
	return document
}

// clusterOf is the cluster's name in a service's ARN.
func clusterOf(serviceARN string) string {
	parts := strings.Split(serviceARN, "/")
	if len(parts) < 3 {
		return ""
	}
	return parts[1]
}

func removeService(ctx context.Context, a *Account, have resource.Resource) error {
	_, err := a.ecs().DeleteService(ctx, &ecs.DeleteServiceInput{
		Cluster: aws.String(clusterOf(have.ID)), Service: &have.ID, Force: aws.Bool(true),
	})
	if is(err, "ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException") {
		return nil
	}
	return err
}
