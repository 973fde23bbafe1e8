package resource

import "strings"

// The tags that Photon puts on everything that can bear tags.
const (
	TagOwner       = "photon:owner"
	TagEnvironment = "photon:environment"
	TagService     = "photon:service"
	TagInstance    = "photon:instance"
	TagManaged     = "photon:managed"
)

// Tags returns the tags of everything that owner owns. An owner is
// "service/environment[/instance]", or "environment" for what is shared.
func Tags(owner string) map[string]string {
	tags := map[string]string{TagOwner: owner, TagManaged: "true"}
	parts := strings.Split(owner, "/")
	if len(parts) == 1 {
		tags[TagEnvironment] = owner
		return tags
	}
	tags[TagService], tags[TagEnvironment] = parts[0], parts[1]
	if len(parts) > 2 {
		tags[TagInstance] = parts[2]
	}
	return tags
}
