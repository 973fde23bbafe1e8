package rollout

import (
	"strconv"
	"strings"
)

// cause is a known way of failing. Reason and hint may mention {container}
// and {code}.
type cause struct {
	texts  []string // lower case; one of them is in what AWS or the container says
	reason string
	hint   string
	look   string
	health bool // a health check failed: others know how
	quote  bool // the reason is too general without AWS's own words
}

// causes are the texts of ECS, of the agents and of container runtimes that
// tell why a task or a deployment fails. The first match counts, so that what
// is precise stands above what is general.
var causes = []cause{
	{
		texts: []string{"exec format error", "descriptor matching platform", "no matching manifest for",
			"no match for platform", "does not match the specified platform", "does not match the detected host platform"},
		reason: "the image of {container} is built for another CPU architecture",
		hint:   `build the image for the architecture in the file, or change it: "arch": "arm64" or "arch": "amd64"`,
	},
	{
		texts:  []string{"outofmemory", "oom killed", "oomkilled"},
		reason: "{container} ran out of memory{code}",
		hint:   `give it more in the file, for example "memory": "1GB"`,
		look:   lookLogs,
	},
	{
		texts:  []string{"did not contain json key", "invalid json key"},
		reason: "a secret of {container} has no such JSON key",
		hint:   `check what stands after # in "secrets" of the file`,
	},
	{
		texts:  []string{"can't find the specified secret", "parameternotfound", "invalid parameters", "invalid ssm parameters"},
		reason: "a secret of {container} is not there",
		hint:   `check the names in "secrets" of the file`,
		look:   lookDoctor,
	},
	{
		texts:  []string{"invalid registry credentials"},
		reason: "the login to the registry cannot be read",
		hint:   `the secret in "registry": {"credentials": …} of the file must be JSON with "username" and "password"`,
	},
	{
		texts:  []string{"ecr registry auth"},
		reason: "tasks cannot log in to ECR",
		hint:   `tasks must reach ECR from their subnets: check "network" of the file`,
	},
	{
		texts:  []string{"retrieve secret", "fetch secret", "secrets manager"},
		reason: "a secret of {container} cannot be read",
		hint:   `check the names in "secrets" and "registry" of the file, and that tasks reach AWS from their subnets`,
		look:   lookDoctor,
	},
	{
		texts:  []string{"unable to assume the role", "unable to assume role", "missing permissions on ecs infrastructure role", "iam permissions policies have been misconfigured"},
		reason: "ECS cannot use one of the roles",
		hint:   "a role that was made a moment ago may need a minute: run the same command again",
		look:   lookDoctor,
	},
	{
		texts:  []string{"toomanyrequests", "pull rate limit"},
		reason: "the registry limits how often the image of {container} may be pulled",
		hint:   `log in with "registry": {"credentials": …} of the file, or move the image to a registry of your own`,
	},
	{
		texts:  []string{"pull access denied", "no basic auth credentials", "unauthorized", "403 forbidden", "denied: requested access"},
		reason: "the registry refuses the image of {container}",
		hint:   `a private registry needs "registry": {"credentials": "secretsmanager:…"} in the file`,
	},
	{
		texts:  []string{"cannotpullcontainererror", "cannot pull", "manifest unknown", "pull image manifest"},
		quote:  true,
		reason: "the image of {container} cannot be pulled",
		hint:   `check "image" of the file, and that tasks reach the registry from their subnets ("network")`,
	},
	{
		texts:  []string{"executable file not found", "no such file or directory: unknown", "stat /", "no command specified"},
		reason: "the image of {container} has no such command",
		hint:   `check "command" and "entrypoint" of the file against what is in the image`,
	},
	{
		texts:  []string{"permission denied: unknown"},
		reason: "the command of {container} may not be executed",
		hint:   `make the file in the image executable, or check "user" of the file`,
	},
	{
		texts:  []string{"no space left on device"},
		reason: "{container} has no disk space left",
		hint:   `give it more in the file, for example "storage": "40GB"`,
		look:   lookLogs,
	},
	{
		texts:  []string{"cloudwatch log stream", "logging driver", "logger args"},
		reason: "the output of {container} cannot be sent to CloudWatch Logs",
		hint:   "run the same command again: it mends the log group and the execution role; tasks must reach CloudWatch Logs from their subnets",
	},
	{
		texts:  []string{"limit on the number of vcpus", "concurrently"},
		reason: "the account's quota of Fargate vCPUs is used up",
		hint:   `ask for more of "Fargate On-Demand vCPU resource count" in Service Quotas, or lower "scale" or "cpu" of the file`,
		look:   lookDoctor,
	},
	{
		texts:  []string{"insufficientfreeaddresses", "not enough free addresses", "insufficient free addresses"},
		reason: "a subnet has no free addresses left",
		hint:   `name other subnets in "network" of the file`,
	},
	{
		texts:  []string{"capacity is unavailable", "spot capacity", "capacity is not available"},
		reason: "AWS has no capacity for the tasks at this time",
		hint:   `wait, name subnets of more zones in "network", or take "spot": false`,
	},
	{
		texts:  []string{"your spot task was interrupted", "spotinterruption"},
		reason: "AWS took back the spot capacity of the tasks",
		hint:   `deploy again, or take "spot": false in the file`,
	},
	{
		texts:  []string{"network interface provisioning", "create network interface"},
		reason: "a task got no network interface",
		hint:   `check the subnets and security groups in "network" of the file`,
	},
	{
		texts:  []string{"target group is not found"},
		reason: "a target group of the service was deleted",
		hint:   "terminate the service and deploy it again",
	},
	{
		texts:  []string{"is not associated with either", "exactly one target group", "unexpected target group", "invalid networking configuration"},
		reason: "the rule of the load balancer was changed by somebody else",
		hint:   "undo the change of the rule's target groups, then run the same command again",
		look:   lookStatus,
	},
	{
		texts:  []string{"stop or start tasks during a deployment because of the service deployment configuration"},
		reason: "the limits of the deployment let ECS neither stop nor start a task",
		hint:   `allow more tasks for a while: "deploy": {"max": 200}`,
	},
	{
		texts:  []string{"operations are being throttled"},
		reason: "AWS slows down the starting of tasks after repeated failures",
		look:   lookStatus,
	},
	{
		texts:  []string{"health check"},
		health: true,
	},
	{
		texts:  []string{"containerruntimetimeouterror", "dockertimeouterror"},
		reason: "{container} did not start in time",
		look:   lookLogs,
	},
	{
		texts:  []string{"cannotstartcontainererror", "cannotcreatecontainererror"},
		quote:  true,
		reason: "{container} cannot be started",
		hint:   `check "command", "entrypoint" and "user" of the file`,
	},
	{
		texts:  []string{"resourceinitializationerror", "resourcenotfoundexception"},
		quote:  true,
		reason: "AWS cannot prepare the task",
		hint:   `tasks must reach AWS from their subnets: check "network" of the file`,
		look:   lookDoctor,
	},
}

// codes explain exit codes that say more than "it failed".
var codes = map[int]cause{
	0: {
		reason: "{container} ended by itself{code}",
		hint:   `a service must keep running: check "command" of the file`,
	},
	126: {
		reason: "the command of {container} may not be executed{code}",
		hint:   `check "command" and "entrypoint" of the file`,
	},
	127: {
		reason: "the command of {container} was not found{code}",
		hint:   `check "command" and "entrypoint" of the file against what is in the image`,
	},
	137: {
		reason: "{container} was killed{code}, most often for want of memory",
		hint:   `give it more in the file, for example "memory": "1GB"`,
	},
	139: {
		reason: "{container} crashed with a segmentation fault{code}",
	},
}

var crashed = cause{reason: "{container} crashed{code}", look: lookLogs}

// causeOf finds the cause of a task's end. The container's own output counts
// only where it is the runtime that wrote it.
func causeOf(f Failure) cause {
	text := f.Reason + "\n" + f.Detail
	for _, line := range f.Log {
		if strings.Contains(line, "exec format error") {
			text += "\n" + line
		}
	}
	if c, known := lookUp(text); known {
		if c.quote {
			c.reason += ": " + withoutCode(firstOf(f.Reason, f.Detail))
		}
		return c
	}
	if f.ExitCode == nil {
		return cause{reason: firstOf("a task ended without a reason", f.Detail, f.Reason), look: lookStatus}
	}
	if c, known := codes[*f.ExitCode]; known {
		c.look = lookLogs
		return c
	}
	return crashed
}

// withoutCode cuts the code off a text such as "CannotPullContainerError: …".
func withoutCode(text string) string {
	code, rest, found := strings.Cut(text, ": ")
	if found && strings.HasSuffix(code, "Error") {
		return rest
	}
	return text
}

func lookUp(text string) (cause, bool) {
	text = strings.ToLower(text)
	for _, c := range causes {
		for _, piece := range c.texts {
			if strings.Contains(text, piece) {
				return c, true
			}
		}
	}
	return cause{}, false
}

func (c cause) explain(container string, code *int) Explanation {
	who, how := "a container", ""
	if container != "" {
		who = "container " + container
	}
	if code != nil {
		how = " (exit code " + strconv.Itoa(*code) + ")"
	}
	e := Explanation{Reason: strings.NewReplacer("{container}", who, "{code}", how).Replace(c.reason), Look: c.look}
	if c.hint != "" {
		e.Hints = []string{c.hint}
	}
	return e
}
