package spec

import "time"

// spec turns a draft without problems into what it says.
func (d *draft) spec() *Spec {
	s := &Spec{
		Name:        d.head.Name,
		Environment: d.environment,
		Instance:    d.head.Instance,
		Protected:   d.head.Protected,
		AWS:         AWS(d.head.AWS),
		Network:     Network(d.head.Network),
	}
	for _, w := range d.workloads {
		s.Workloads = append(s.Workloads, w.process.workload(w.name))
	}
	return s
}

func (p *process) workload(name string) Workload {
	return Workload{
		Name:        name,
		Image:       string(p.Image),
		Credentials: (*SecretRef)(p.Registry.Credentials),
		CPU:         int(p.CPU),
		Memory:      int(p.Memory),
		Storage:     storageOf(p.Storage),
		Arch:        p.Arch,
		Spot:        p.Spot,
		Entrypoint:  p.Entrypoint,
		Command:     p.Command,
		User:        p.User,
		ReadOnly:    p.ReadOnly,
		StopTimeout: time.Duration(p.StopTimeout),
		Env:         convert(p.Env, func(l literal) string { return string(l) }),
		Secrets:     convert(p.Secrets, func(s secret) SecretRef { return SecretRef(s) }),
		HTTP:        p.HTTP.http(),
		Check:       p.Check.check(),
		Scale:       p.Scale,
		Deploy:      Deploy{Strategy: Strategy(p.Deploy.Strategy), Min: int(p.Deploy.Min), Max: int(p.Deploy.Max)},
		Logs:        Logs{Retention: int(p.Logs.To[0].Retention), Keep: p.Logs.To[0].Keep},
		Permissions: permissions(p.Permissions),
		Raw:         Raw{TaskDefinition: operations(p.Raw.TaskDefinition), Service: operations(p.Raw.Service)},
	}
}

// storageOf counts in GiB; what Fargate gives anyway is not asked for.
func storageOf(s size) int {
	if s == 20*1024 {
		return 0
	}
	return int(s) / 1024
}

func (h *fileHTTP) http() *HTTP {
	if h == nil {
		return nil
	}
	return &HTTP{
		Port:     *h.Port,
		Internal: h.Internal,
		Drain:    time.Duration(h.Drain),
		Health: Health{
			Path:      h.Health.Path,
			Interval:  time.Duration(h.Health.Interval),
			Timeout:   time.Duration(h.Health.Timeout),
			Healthy:   h.Health.Healthy,
			Unhealthy: h.Health.Unhealthy,
			Expect:    string(h.Health.Expect),
			Grace:     time.Duration(h.Health.Grace),
		},
	}
}

func (c *fileCheck) check() *Check {
	if c == nil {
		return nil
	}
	return &Check{
		Command:  c.Command,
		Interval: time.Duration(c.Interval),
		Timeout:  time.Duration(c.Timeout),
		Retries:  c.Retries,
		Start:    time.Duration(c.Start),
	}
}

func permissions(from []filePermission) []Permission {
	var all []Permission
	for _, p := range from {
		all = append(all, Permission(p))
	}
	return all
}

func operations(from []filePatch) []PatchOperation {
	var all []PatchOperation
	for _, o := range from {
		all = append(all, PatchOperation(o))
	}
	return all
}

// convert keeps a map without entries nil, as encoding/json gives it back.
func convert[A, B any](from map[string]A, to func(A) B) map[string]B {
	if len(from) == 0 {
		return nil
	}
	all := make(map[string]B, len(from))
	for name, value := range from {
		all[name] = to(value)
	}
	return all
}
