package resource

import (
	"maps"
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

// addExecutionRole adds the role with which tasks are started. A service that
// has secrets does not share it: all inline policies of a role together hold
// 10,240 characters, which an environment's secrets do not fit into.
func (b *builder) addExecutionRole() {
	arns := b.secretARNs()
	if len(arns) == 0 {
		b.execution = b.addSharedRole("execution", tasksPrincipal, executionPolicy)
		return
	}
	name := executionRoleName(b.spec, b.facts.Region)
	b.execution = b.own(KindRole, name, Role{
		Principal: tasksPrincipal, Description: "Starts tasks of " + b.spec.Owner(),
	})
	b.attach(b.execution, executionPolicy)
	b.part(b.execution, KindRolePolicy, name+"/secrets", RolePolicy{
		Role: b.execution.Ref(), Statements: readStatements(arns, b.keyARNs()),
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
	b.attach(key, policy)
	return key
}

// attach gives a role one of AWS's managed policies.
func (b *builder) attach(role Key, policy string) {
	b.part(role, KindRoleAttachment, role.Name+"/"+policy[strings.LastIndex(policy, "/")+1:], RoleAttachment{
		Role: role.Ref(), Policy: "arn:" + b.facts.Partition + ":iam::aws:policy/" + policy,
	})
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

// keyARNs lists the keys of the account with which those secrets are encrypted.
func (b *builder) keyARNs() []string {
	return slices.Compact(slices.Sorted(maps.Values(b.facts.Keys)))
}

// storeRef is a reference without its JSON key: what has an ARN.
func storeRef(ref spec.SecretRef) string {
	ref.Key = ""
	return ref.String()
}

func readStatements(arns, keys []string) []Statement {
	secrets := Statement{Actions: []string{"secretsmanager:GetSecretValue"}}
	parameters := Statement{Actions: []string{"ssm:GetParameters"}}
	decryption := Statement{Actions: []string{"kms:Decrypt"}, Resources: keys}
	for _, arn := range arns {
		if strings.Contains(arn, ":ssm:") {
			parameters.Resources = append(parameters.Resources, arn)
		} else {
			secrets.Resources = append(secrets.Resources, arn)
		}
	}
	all := []Statement{secrets, parameters, decryption}
	return slices.DeleteFunc(all, func(s Statement) bool { return len(s.Resources) == 0 })
}
