package resource

import (
	"slices"
	"strings"

	"photon/internal/spec"
)

// The AWS services that the roles trust, and the managed policies they get.
const (
	tasksPrincipal = "ecs-tasks.amazonaws.com"
	ecsPrincipal   = "ecs.amazonaws.com"

	executionPolicy      = "service-role/AmazonECSTaskExecutionRolePolicy"
	infrastructurePolicy = "AmazonECSInfrastructureRolePolicyForLoadBalancers"
)

// addExecutionRole adds the role with which tasks are started. It is shared;
// what it may read for this service is a policy of this service's own, and
// that goes with the service.
func (b *builder) addExecutionRole() {
	role := b.addSharedRole("execution", tasksPrincipal, executionPolicy)
	arns := b.secretARNs()
	if len(arns) == 0 {
		return
	}
	policy := strings.Join(serviceParts(b.spec), "_")
	b.add(Resource{
		Key: Key{KindRolePolicy, role.Name + "/" + policy}, Owner: b.spec.Owner(), Parent: role,
		Attributes: RolePolicy{Role: role.Ref(), Statements: readStatements(arns)},
	})
}

// addSharedRole adds a role of the environment with one managed policy, once.
func (b *builder) addSharedRole(purpose, principal, policy string) Key {
	name := sharedRoleName(b.spec.Environment, b.facts.Region, purpose)
	key := Key{KindRole, name}
	if _, ok := b.set[key]; ok {
		return key
	}
	b.share(KindRole, name, Role{
		Principal:   principal,
		Description: "Photon's " + purpose + " role of environment " + b.spec.Environment,
	})
	b.part(key, KindRoleAttachment, name+"/"+policy[strings.LastIndex(policy, "/")+1:], RoleAttachment{
		Role: key.Ref(), Policy: "arn:" + b.facts.Partition + ":iam::aws:policy/" + policy,
	})
	return key
}

// addTaskRole adds the role that a workload's containers have.
func (b *builder) addTaskRole(w spec.Workload) Key {
	name := taskRoleName(b.spec, b.facts.Region, w.Name)
	role := b.own(KindRole, name, Role{
		Principal: tasksPrincipal, Description: "What " + b.spec.Owner() + " " + w.Name + " may do",
	})
	if len(w.Permissions) == 0 {
		return role
	}
	policy := RolePolicy{Role: role.Ref()}
	for _, p := range w.Permissions {
		policy.Statements = append(policy.Statements, Statement(p))
	}
	b.part(role, KindRolePolicy, name+"/permissions", policy)
	return role
}

// secretARNs lists what the execution role must read: the workloads' secrets
// and the registry's credentials.
func (b *builder) secretARNs() []string {
	var arns []string
	for _, w := range b.spec.Workloads {
		for _, ref := range w.Secrets {
			arns = append(arns, b.facts.Secrets[storeRef(ref)])
		}
		if w.Credentials != nil {
			arns = append(arns, b.facts.Secrets[storeRef(*w.Credentials)])
		}
	}
	slices.Sort(arns)
	return slices.Compact(arns)
}

// storeRef is a reference without its JSON key: what has an ARN.
func storeRef(ref spec.SecretRef) string {
	ref.Key = ""
	return ref.String()
}

func readStatements(arns []string) []Statement {
	secrets := Statement{Actions: []string{"secretsmanager:GetSecretValue"}}
	parameters := Statement{Actions: []string{"ssm:GetParameters"}}
	for _, arn := range arns {
		if strings.Contains(arn, ":ssm:") {
			parameters.Resources = append(parameters.Resources, arn)
		} else {
			secrets.Resources = append(secrets.Resources, arn)
		}
	}
	return slices.DeleteFunc([]Statement{secrets, parameters}, func(s Statement) bool { return len(s.Resources) == 0 })
}

// PolicyOwner is the owner of an inline policy of a shared role: the service
// whose name the policy bears.
func PolicyOwner(environment, policy string) string {
	name, instance, ok := strings.Cut(policy, "_")
	owner := name + "/" + environment
	if ok {
		owner += "/" + instance
	}
	return owner
}
