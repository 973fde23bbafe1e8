package cloud

import (
	"context"
	"errors"

	"photon/internal/resource"
)

// kind is how one sort of resource is found and changed. A new sort is one
// more file and one more line in kinds.
type kind struct {
	// find asks the first questions about what is wanted and what is ours.
	// Nil for a part that is found with its parent.
	find func(s *search)
	// create makes the resource and returns its id. What exists already and
	// is ours is adopted. Refs are ids by now.
	create func(ctx context.Context, a *Account, want resource.Resource) (string, error)
	// update makes have into want. Nil when nothing of the kind can change.
	update func(ctx context.Context, a *Account, want, have resource.Resource) error
	// remove deletes the resource; that it is gone already is success.
	remove func(ctx context.Context, a *Account, have resource.Resource) error
}

// kinds has an entry for every kind of package resource.
var kinds = map[resource.Kind]kind{
	resource.KindCluster:               clusterKind,
	resource.KindRole:                  roleKind,
	resource.KindRoleAttachment:        roleAttachmentKind,
	resource.KindRolePolicy:            rolePolicyKind,
	resource.KindLogGroup:              logGroupKind,
	resource.KindLogRetention:          logRetentionKind,
	resource.KindSecurityGroup:         securityGroupKind,
	resource.KindIngress:               ingressKind,
	resource.KindTargetGroup:           targetGroupKind,
	resource.KindTargetGroupAttributes: targetGroupAttributesKind,
	resource.KindLoadBalancer:          loadBalancerKind,
	resource.KindListener:              listenerKind,
	resource.KindRule:                  ruleKind,
	resource.KindTaskDefinition:        taskDefinitionKind,
	resource.KindService:               serviceKind,
}

// attributesOf returns a resource's attributes as its kind has them; their
// zero value when there are none, as on a resource that was never read.
func attributesOf[T any](r resource.Resource) T {
	attributes, _ := r.Attributes.(T)
	return attributes
}

// errVanished is what is left when AWS contradicts itself.
var errVanished = errors.New("AWS says that it exists, and does not find it")

// takenError says that a name is somebody else's.
func takenError(key resource.Key, owner string) error {
	message := "exists and is not Photon's"
	if owner != "" {
		message = "exists and belongs to " + owner
	}
	return &StepError{Step: key, Code: "Taken", Message: message, Hint: "rename one of the two"}
}

// adopt accepts what exists already if it bears want's owner tag: an earlier
// run made it and was killed, or its answer was lost.
func adopt(want resource.Resource, id string, tags map[string]string) (string, error) {
	if owner := tags[resource.TagOwner]; owner != want.Owner {
		return "", takenError(want.Key, owner)
	}
	return id, nil
}

// cannotChange says that AWS has no call for a change.
func cannotChange(want resource.Resource, what string) error {
	return &StepError{
		Step: want.Key, Message: what + " cannot be changed in place",
		Hint: "terminate the service and deploy it again, or give it another name",
	}
}
