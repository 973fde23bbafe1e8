package resource

import (
	"photon/internal/spec"
)

// addService adds a workload's service. Like the task definition it states
// every member that Photon models.
func (b *builder) addService(w spec.Workload, definition, tasks Key, e *entry) error {
	document := Document{
		"serviceName":                 ServiceName(b.spec, w.Name),
		"cluster":                     b.clusterKey().Ref(),
		"taskDefinition":              definition.Ref(),
		"desiredCount":                w.Scale,
		"schedulingStrategy":          "REPLICA",
		"capacityProviderStrategy":    capacity(w.Spot),
		"networkConfiguration":        b.network(tasks),
		"deploymentConfiguration":     deployment(w.Deploy),
		"loadBalancers":               []any{},
		"propagateTags":               "SERVICE",
		"enableECSManagedTags":        true,
		"enableExecuteCommand":        false,
		"availabilityZoneRebalancing": rebalancing(w.Deploy),
	}
	after := b.roleParts()
	if e != nil {
		document["loadBalancers"] = []any{e.loadBalancer(w)}
		document["healthCheckGracePeriodSeconds"] = int(w.HTTP.Health.Grace.Seconds())
		after = append(after, e.after...)
	}
	document, err := patched(document, w.Raw.Service, "raw.service of "+w.Name)
	if err != nil {
		return err
	}
	b.add(Resource{
		Key: Key{KindService, ServiceName(b.spec, w.Name)}, Owner: b.spec.Owner(), After: after, Attributes: document,
	})
	return nil
}

// rebalancing moves tasks between zones by starting the new ones first, which
// AWS refuses where no more than the scale may run.
func rebalancing(d spec.Deploy) string {
	if d.Max <= 100 {
		return "DISABLED"
	}
	return "ENABLED"
}

func capacity(spot bool) []any {
	provider := "FARGATE"
	if spot {
		provider = "FARGATE_SPOT"
	}
	return []any{Document{"capacityProvider": provider, "weight": 1, "base": 0}}
}

func (b *builder) network(tasks Key) Document {
	public := "DISABLED"
	if b.facts.Network.PublicIP {
		public = "ENABLED"
	}
	groups := append([]any{tasks.Ref()}, texts(b.spec.Network.SecurityGroups)...)
	return Document{"awsvpcConfiguration": Document{
		"subnets": texts(b.facts.Network.Subnets), "securityGroups": groups, "assignPublicIp": public,
	}}
}

// deployment states the whole configuration, because an update replaces it
// whole.
func deployment(d spec.Deploy) Document {
	return Document{
		"strategy":                 "ROLLING",
		"minimumHealthyPercent":    d.Min,
		"maximumPercent":           d.Max,
		"deploymentCircuitBreaker": Document{"enable": true, "rollback": true},
	}
}

func (e *entry) loadBalancer(w spec.Workload) Document {
	return Document{
		"targetGroupArn": e.production.Ref(),
		"containerName":  w.Name,
		"containerPort":  w.HTTP.Port,
		"advancedConfiguration": Document{
			"alternateTargetGroupArn": e.alternate.Ref(),
			"productionListenerRule":  e.rule.Ref(),
			"roleArn":                 e.role.Ref(),
		},
	}
}

// roleParts lists the policies: a role is of use to a service only with them.
func (b *builder) roleParts() []Key {
	var keys []Key
	for _, kind := range []Kind{KindRoleAttachment, KindRolePolicy} {
		for _, r := range b.set.Of(kind) {
			keys = append(keys, r.Key)
		}
	}
	return keys
}
