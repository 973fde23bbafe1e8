package resource

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"photon/internal/spec"
)

// Names are readable and stable from run to run. Parts of a name never hold
// the separator "_", so that two different things never share a name; where
// AWS allows no "_" or too few characters, a hash tells them apart. A property
// that AWS cannot change in place is part of the hash: another value makes
// another resource, and the old one is left over for Clean.

// ClusterName is the cluster of an environment.
func ClusterName(environment string) string { return "photon-" + environment }

// LogGroupName is the log group of a service.
func LogGroupName(s *spec.Spec) string {
	name := "/photon/" + s.Environment + "/" + s.Name
	if s.Instance != "" {
		name += "/" + s.Instance
	}
	return name
}

// ServiceName is a workload's service in ECS.
func ServiceName(s *spec.Spec, workload string) string {
	return strings.Join(append(serviceParts(s), workload), "_")
}

// FamilyName is a workload's task definition family.
func FamilyName(s *spec.Spec, workload string) string {
	return s.Environment + "_" + ServiceName(s, workload)
}

func serviceParts(s *spec.Spec) []string {
	if s.Instance == "" {
		return []string{s.Name}
	}
	return []string{s.Name, s.Instance}
}

// sharedRoleName is a role of an environment. Roles are global in IAM, so the
// region is part of every role's name.
func sharedRoleName(environment, region, purpose string) string {
	return fit(64, "_", "photon", environment, region, purpose)
}

func executionRoleName(s *spec.Spec, region string) string {
	parts := append([]string{"photon", s.Environment, region}, serviceParts(s)...)
	return fit(64, "_", append(parts, "execution")...)
}

func taskRoleName(s *spec.Spec, region, workload string) string {
	return fit(64, "_", "photon", s.Environment, region, ServiceName(s, workload), "task")
}

func securityGroupName(s *spec.Spec, workload, purpose, vpc string) string {
	return "photon_" + s.Environment + "_" + ServiceName(s, workload) + "_" + purpose + "_" + hash(vpc)
}

// balancerName names load balancers and target groups: at most 32 letters,
// digits and hyphens. Identity is what must never change in place.
func balancerName(s *spec.Spec, workload, suffix string, identity ...string) string {
	parts := append(serviceParts(s), workload)
	if suffix != "" {
		parts = append(parts, suffix)
	}
	tail := "-" + hash(append([]string{s.Owner(), workload, suffix}, identity...)...)
	return BalancerPrefix(parts...) + tail
}

// BalancerPrefix is the readable beginning of the names of load balancers and
// target groups: of any prefix of the parts, it is a prefix of theirs.
func BalancerPrefix(parts ...string) string {
	const readable = 32 - len("-01234567")
	name := strings.Join(parts, "-")
	if strings.HasPrefix(name+"-", "internal-") {
		name = "photon-" + name // AWS keeps "internal-…" for itself
	}
	return strings.TrimRight(cut(name, readable), "-")
}

// fit joins parts; what is longer than limit is cut and gets a hash of the
// whole.
func fit(limit int, separator string, parts ...string) string {
	name := strings.Join(parts, separator)
	if len(name) <= limit {
		return name
	}
	tail := separator + hash(name)
	return cut(name, limit-len(tail)) + tail
}

func cut(text string, limit int) string {
	return text[:min(len(text), limit)]
}

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:4])
}
