package resource

import (
	"maps"
	"slices"

	"photon/internal/spec"
)

// Desired says which resources the Spec asks for. The release is what the
// task definitions will remember. The error is a patch of "raw" that cannot be
// applied.
func Desired(s *spec.Spec, facts Facts, release Release) (Set, error) {
	b := builder{spec: s, facts: facts, release: release, set: Set{}}
	b.addCluster()
	b.addExecutionRole()
	b.addLogGroup()
	for _, w := range s.Workloads {
		if err := b.addWorkload(w); err != nil {
			return nil, err
		}
	}
	return b.set, nil
}

// builder collects the Set of one Spec.
type builder struct {
	spec      *spec.Spec
	facts     Facts
	release   Release
	set       Set
	execution Key // the role with which tasks are started
}

func (b *builder) add(r Resource) Key {
	b.set.Add(r)
	return r.Key
}

// own adds a resource of this service, share one of its environment.
func (b *builder) own(kind Kind, name string, attributes any) Key {
	return b.add(Resource{Key: Key{kind, name}, Owner: b.spec.Owner(), Attributes: attributes})
}

func (b *builder) share(kind Kind, name string, attributes any) Key {
	return b.add(Resource{Key: Key{kind, name}, Owner: b.spec.Environment, Attributes: attributes})
}

// part adds a part of another resource, with the parent's owner.
func (b *builder) part(parent Key, kind Kind, name string, attributes any) Key {
	return b.add(Resource{
		Key: Key{kind, name}, Owner: b.set[parent].Owner, Parent: parent, Attributes: attributes,
	})
}

func (b *builder) clusterKey() Key { return Key{KindCluster, ClusterName(b.spec.Environment)} }

func (b *builder) addCluster() {
	b.share(KindCluster, ClusterName(b.spec.Environment), Cluster{
		CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"},
	})
}

func (b *builder) addLogGroup() {
	logs := b.spec.Workloads[0].Logs
	group := b.own(KindLogGroup, LogGroupName(b.spec), LogGroup{})
	b.part(group, KindLogRetention, group.Name, LogRetention{Group: group.Ref(), Days: logs.Retention})
}

// Kept lists what stays when the service is terminated, because the file asks
// for it.
func Kept(s *spec.Spec) []Key {
	if !s.Workloads[0].Logs.Keep {
		return nil
	}
	name := LogGroupName(s)
	return []Key{{KindLogGroup, name}, {KindLogRetention, name}}
}

func (b *builder) addWorkload(w spec.Workload) error {
	role := b.addTaskRole(w)
	tasks := b.own(KindSecurityGroup, securityGroupName(b.spec, w.Name, "tasks", b.facts.Network.VPC), SecurityGroup{
		VPC: b.facts.Network.VPC, Description: "Tasks of " + b.spec.Owner() + " " + w.Name,
	})
	var entry *entry
	if w.HTTP != nil {
		entry = b.addEntry(w, tasks)
	}
	definition, err := b.addTaskDefinition(w, role)
	if err != nil {
		return err
	}
	return b.addService(w, definition, tasks, entry)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
