package spec

import (
	"maps"
	"slices"
	"time"
)

// check finds what no single value is wrong with. A value that is wrong by
// itself is zero here and was reported before.
func (w *workload) check() Problems {
	p, n := &w.process, w.root
	var problems Problems
	add := func(at *node, f *fault) {
		if f != nil {
			problems = append(problems, at.problem(f))
		}
	}
	if p.CPU != 0 && p.Memory != 0 {
		add(n.get("memory"), checkMemory(int(p.CPU), int(p.Memory)))
	}
	if p.Storage%1024 != 0 {
		add(n.get("storage"), faultf("", "expects whole gigabytes, got %s", n.get("storage").says()))
	}
	if c := p.Registry.Credentials; c != nil && (c.Store != SecretsManager || c.Key != "") {
		add(n.nearest("registry", "credentials"), faultf(`such as "secretsmanager:registry/readonly"`,
			"ECS reads registry credentials from a whole secret in Secrets Manager: no ssm, no #key"))
	}
	problems = append(problems, checkNames(p, n)...)
	problems = append(problems, checkHTTP(p, n)...)
	problems = append(problems, checkCommand(p, n)...)
	add(written(n.nearest("deploy", "max"), n.nearest("deploy", "min"), n.get("deploy")), checkProgress(p))
	problems = append(problems, checkRaw(p, n)...)
	return problems
}

// checkNetwork finds a load balancer that would stand in one zone only.
func (d *draft) checkNetwork() Problems {
	network := d.head.Network
	reachable := slices.ContainsFunc(d.workloads, func(w workload) bool { return w.process.HTTP != nil })
	if !reachable || len(network.Subnets) != 1 || len(network.LoadBalancerSubnets) > 0 {
		return nil
	}
	subnets := d.root.nearest("network", "subnets")
	return Problems{subnets.problem(faultf("add one here, or name two in loadBalancerSubnets",
		"a load balancer needs at least 2 subnets, in two availability zones"))}
}

// checkNames finds variables that are there twice.
func checkNames(p *process, n *node) Problems {
	var problems Problems
	for _, name := range slices.Sorted(maps.Keys(p.Secrets)) {
		if _, twice := p.Env[name]; twice {
			problems = append(problems, n.get("env").get(name).problem(faultf("keep one of them", "is in env and in secrets")))
		}
	}
	return problems
}

func checkHTTP(p *process, n *node) Problems {
	http := n.get("http")
	if p.HTTP == nil || http == nil {
		return nil
	}
	var problems Problems
	if http.get("port") == nil {
		problems = append(problems, http.missing("port", "such as 8080"))
	}
	health := p.HTTP.Health
	if health.Interval != 0 && health.Timeout >= health.Interval {
		timeout := http.nearest("health", "timeout")
		problems = append(problems, timeout.problem(faultf("", "must be less than the interval of %s, got %s",
			formatDuration(time.Duration(health.Interval)), timeout.says())))
	}
	return problems
}

// checkCommand finds the prefixes that a container check has in other files.
func checkCommand(p *process, n *node) Problems {
	if p.Check == nil || len(p.Check.Command) == 0 {
		return nil
	}
	at := n.nearest("check", "command")
	switch p.Check.Command[0] {
	case "CMD":
		return Problems{at.problem(faultf("leave CMD out", "the command begins with the program itself"))}
	case "CMD-SHELL":
		return Problems{at.problem(faultf(`write ["sh", "-c", …]`, "the command begins with the program itself, and no shell is involved"))}
	}
	return nil
}

// checkProgress says whether ECS can start or stop a task at all: it rounds the
// least up and the most down. What can never do either it does not take, even
// for a scale of 0.
func checkProgress(p *process) *fault {
	least := (p.Scale*int(p.Deploy.Min) + 99) / 100
	most := p.Scale * int(p.Deploy.Max) / 100
	stuck := p.Deploy.Min == 100 && p.Deploy.Max == 100
	if p.Deploy.Max == 0 || !stuck && (p.Scale == 0 || least < p.Scale || most > p.Scale) {
		return nil
	}
	return faultf("raise max, or lower min", "with a scale of %d, a deployment could neither start nor stop a task: min %d%% keeps %d, max %d%% allows %d",
		p.Scale, p.Deploy.Min, least, p.Deploy.Max, most)
}

// written returns the first node that an author wrote.
func written(nodes ...*node) *node {
	for _, n := range nodes {
		if n.layer != layerDefault {
			return n
		}
	}
	return nodes[len(nodes)-1]
}
