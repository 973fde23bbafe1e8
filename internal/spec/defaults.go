package spec

import (
	"reflect"
	"time"
)

// fill adds the defaults that the tags of t name to an object and to the
// objects inside it.
func fill(n *node, t reflect.Type) {
	for _, k := range keysOf(t) {
		value := n.get(k.name)
		if absent := k.tag.Get("default"); value == nil && absent != "" {
			value = n.putDefault(k.name, absent)
		}
		inner, ok := k.object()
		if !ok {
			continue
		}
		for _, o := range value.objects() {
			fill(o, inner)
		}
	}
}

// putDefault adds a value that no file has, written as in a file.
func (n *node) putDefault(key, value string) *node {
	added := parseValue(value, n.child(key))
	added.mark(layerDefault)
	n.put(member{key: key, value: added})
	return added
}

// fillDependent adds the defaults that depend on other values.
func fillDependent(n *node, p *process) {
	if n.get("memory") == nil && p.CPU != 0 {
		p.Memory = size(memoryFor(int(p.CPU))[0])
		n.putDefault("memory", formatSize(int(p.Memory)))
	}
	if p.HTTP == nil {
		return
	}
	health := n.get("http").get("health")
	if health.get("timeout") == nil && p.HTTP.Health.Interval != 0 {
		p.HTTP.Health.Timeout = min(duration(5*time.Second), p.HTTP.Health.Interval-duration(time.Second))
		health.putDefault("timeout", formatDuration(time.Duration(p.HTTP.Health.Timeout)))
	}
}
