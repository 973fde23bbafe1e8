package rollout

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func exit(code int) *int { return &code }

func failed(f Failure) func(*Observation) {
	if f.Count == 0 {
		f.Count = 1
	}
	f.Task = "0af3"
	return func(o *Observation) { o.Failures = append(o.Failures, f) }
}

func event(message string) func(*Observation) {
	return func(o *Observation) { o.Events = append(o.Events, Event{ID: message, Time: began, Message: message}) }
}

func all(changes ...func(*Observation)) func(*Observation) {
	return func(o *Observation) {
		for _, change := range changes {
			change(o)
		}
	}
}

// cannotStart is a task that failed before any container ran.
func cannotStart(reason string) func(*Observation) {
	return failed(Failure{StopCode: "TaskFailedToStart", Reason: reason, Container: "web"})
}

func exited(code int, detail string, log ...string) func(*Observation) {
	return failed(Failure{StopCode: "EssentialContainerExited", Reason: "Essential container in task exited",
		Container: "web", Detail: detail, ExitCode: exit(code), Log: log})
}

func TestExplainNamesTheReason(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Observation)
		reason string
		hint   string // a piece of it
		look   string
	}{
		{"a crash", exited(3, "", "panic: no database"), "container web crashed (exit code 3)", "", "logs"},
		{"an end without an error", exited(0, ""), "container web ended by itself (exit code 0)", `"command"`, "logs"},
		{"out of memory", exited(137, "OutOfMemoryError: Container killed due to memory usage"),
			"container web ran out of memory (exit code 137)", `"memory": "1GB"`, "logs"},
		{"a kill of unknown cause", exited(137, ""), "container web was killed (exit code 137), most often for want of memory", `"memory"`, "logs"},
		{"a segmentation fault", exited(139, ""), "container web crashed with a segmentation fault (exit code 139)", "", "logs"},
		{"a command that is not found", exited(127, ""), "the command of container web was not found (exit code 127)", `"entrypoint"`, "logs"},
		{"a command that may not run", exited(126, ""), "the command of container web may not be executed (exit code 126)", `"command"`, "logs"},
		{"a wrong architecture, told by the kernel", exited(255, "", "exec /hello: exec format error"),
			"the image of container web is built for another CPU architecture", `"arch": "arm64"`, ""},
		{"a wrong architecture, told by the registry",
			cannotStart("CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'"),
			"the image of container web is built for another CPU architecture", `"arch": "amd64"`, ""},
		{"an image that is not there", cannotStart("CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref registry.example.com/orders:9: not found"),
			"the image of container web cannot be pulled: pull image manifest has been retried 5 time(s): failed to resolve ref registry.example.com/orders:9: not found", `"image"`, ""},
		{"an image behind a login", cannotStart("CannotPullContainerError: pull access denied for orders, repository does not exist or may require authorization"),
			"the registry refuses the image of container web", `"credentials"`, ""},
		{"a rate limit of the registry", cannotStart("CannotPullContainerError: toomanyrequests: You have reached your pull rate limit"),
			"the registry limits how often the image of container web may be pulled", `"credentials"`, ""},
		{"a login that is no login", cannotStart("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: invalid registry credentials in secret arn:aws:secretsmanager:eu-west-1:111111111111:secret:registry: username and password are expected"),
			"the login to the registry cannot be read", `"username"`, ""},
		{"no way to ECR", cannotStart("ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed"),
			"tasks cannot log in to ECR", `"network"`, ""},
		{"a secret that is not there", cannotStart("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: failed to fetch secret arn:aws:secretsmanager:eu-west-1:111111111111:secret:orders: ResourceNotFoundException: Secrets Manager can't find the specified secret."),
			"a secret of container web is not there", `"secrets"`, "doctor"},
		{"a parameter that is not there", cannotStart("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: invalid parameters: /orders/key"),
			"a secret of container web is not there", `"secrets"`, "doctor"},
		{"a secret without the key", cannotStart("ResourceInitializationError: unable to pull secrets or registry auth: retrieved secret from Secrets Manager did not contain json key url"),
			"a secret of container web has no such JSON key", "#", ""},
		{"a secret that may not be read", cannotStart("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: AccessDeniedException: not authorized"),
			"a secret of container web cannot be read", `"secrets"`, "doctor"},
		{"a role that cannot be assumed", cannotStart("ECS was unable to assume the role 'arn:aws:iam::111111111111:role/photon_beta_execution' that was provided for this task."),
			"ECS cannot use one of the roles", "run the same command again", "doctor"},
		{"no such executable", cannotStart(`CannotStartContainerError: Error response from daemon: OCI runtime create failed: exec: "serve": executable file not found in $PATH: unknown`),
			"the image of container web has no such command", `"entrypoint"`, ""},
		{"a container that cannot be started", cannotStart("CannotStartContainerError: failed to get container status"),
			"container web cannot be started: failed to get container status", `"user"`, ""},
		{"a full disk", cannotStart("CannotStartContainerError: write /x: no space left on device"),
			"container web has no disk space left", `"storage": "40GB"`, "logs"},
		{"a task that cannot be prepared", cannotStart("ResourceInitializationError: failed to configure the network"),
			"AWS cannot prepare the task: failed to configure the network", `"network"`, "doctor"},
		{"a log group that is gone", cannotStart("ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist."),
			"the output of container web cannot be sent to CloudWatch Logs", "run the same command again", ""},
		{"a start that takes too long", cannotStart("ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m"),
			"container web did not start in time", "", "logs"},
		{"a subnet without addresses", cannotStart("Unexpected EC2 error while attempting to Create Network Interface in subnet 'subnet-1': InsufficientFreeAddressesInSubnet"),
			"a subnet has no free addresses left", `"network"`, ""},
		{"spot taken back", failed(Failure{StopCode: "SpotInterruption", Reason: "Your Spot Task was interrupted."}),
			"AWS took back the spot capacity of the tasks", `"spot": false`, ""},
		{"an end that nobody explained", failed(Failure{StopCode: "InfrastructureHealth", Reason: "Host is gone"}), "Host is gone", "", "status"},
		{"no capacity", event("(service orders_web) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone."),
			"AWS has no capacity for the tasks at this time", `"spot": false`, ""},
		{"a quota", event("(service orders_web) was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently."),
			"the account's quota of Fargate vCPUs is used up", "Service Quotas", "doctor"},
		{"a target group that is gone", event("(service orders_web) (instance i-1) (port 80) TARGET GROUP IS NOT FOUND"),
			"a target group of the service was deleted", "terminate", ""},
		{"an event that is no trouble", event("(service orders_web) has reached a steady state."), "", "", ""},
		{"a task that was scaled in", failed(Failure{StopCode: "ServiceSchedulerInitiated", Reason: "Scaling activity initiated by (deployment ecs-svc/1)"}), "", "", ""},
		{"a task that a person stopped", failed(Failure{StopCode: "UserInitiated", Reason: "Task stopped by user"}), "", "", ""},
		{"the container's own check", failed(Failure{StopCode: "ServiceSchedulerInitiated", Reason: "Task failed container health checks", Container: "web"}),
			"container web never became healthy: its own health check fails", `"check"`, "logs"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := Explain(look("IN_PROGRESS", test.change))
			if e.Reason != test.reason {
				t.Errorf("reason %q\nwant   %q", e.Reason, test.reason)
			}
			if hints := strings.Join(e.Hints, "\n"); !strings.Contains(hints, test.hint) || (test.hint == "") != (hints == "") {
				t.Errorf("hints %q do not mention %q", hints, test.hint)
			}
			if e.Look != test.look {
				t.Errorf("look at %q, want %q", e.Look, test.look)
			}
		})
	}
}

func TestExplainReadsTheHealthOfTargets(t *testing.T) {
	stopped := failed(Failure{StopCode: "ServiceSchedulerInitiated", Container: "web", Log: []string{"listening on 127.0.0.1"},
		Reason: "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/orders/1)"})
	target := func(t Target) func(*Observation) { return func(o *Observation) { o.Targets = append(o.Targets, t) } }
	tests := []struct {
		name   string
		change func(*Observation)
		reason string
		hint   string
	}{
		{"a wrong answer", target(Target{"10.0.0.1:80", "unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [500]"}),
			"the load balancer finds the tasks unhealthy: Health checks failed with these codes: [500]", `"expect"`},
		{"no answer", target(Target{"10.0.0.1:80", "unhealthy", "Target.Timeout", "Request timed out"}),
			"the load balancer finds the tasks unhealthy: Request timed out", "0.0.0.0"},
		{"no connection", target(Target{"10.0.0.1:80", "unhealthy", "Target.FailedHealthChecks", "Health checks failed"}),
			"the load balancer finds the tasks unhealthy: Health checks failed", "0.0.0.0"},
		{"a zone that is not served", target(Target{"10.0.0.1:80", "unused", "Target.NotInUse", ""}),
			"the load balancer finds the tasks unhealthy: Target.NotInUse", `"network"`},
		{"still checking", target(Target{"10.0.0.1:80", "initial", "Elb.InitialHealthChecking", ""}), "", ""},
		{"a stopped task whose target is seen", all(stopped, target(Target{"10.0.0.1:80", "unhealthy", "Target.Timeout", "Request timed out"})),
			"the load balancer finds the tasks unhealthy: Request timed out", "0.0.0.0"},
		{"a stopped task whose target is gone", all(stopped, event("(service orders_web) (port 80) is unhealthy in (target-group arn:x) due to (reason Request timed out).")),
			"the load balancer finds the tasks unhealthy: Request timed out", "0.0.0.0"},
		{"a stopped task that refused connections", all(stopped, event("(service orders_web) (port 80) is unhealthy in (target-group arn:x) due to (reason Health checks failed)")),
			"the load balancer finds the tasks unhealthy: Health checks failed", "the connection failed"},
		{"a stopped task that answered wrongly", all(stopped, event("(service orders_web) (port 80) is unhealthy in (target-group arn:x) due to (reason Health checks failed with these codes: [404])")),
			"the load balancer finds the tasks unhealthy: Health checks failed with these codes: [404]", `"expect"`},
		{"a stopped task that failed in a way of its own", all(stopped, event("(service orders_web) (port 80) is unhealthy in (target-group arn:x) due to (reason Gone fishing)")),
			"the load balancer finds the tasks unhealthy: Gone fishing", `"grace"`},
		{"a stopped task of which nothing is known", stopped, "the load balancer finds the tasks unhealthy", `"grace"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := Explain(look("IN_PROGRESS", test.change))
			if e.Reason != test.reason {
				t.Errorf("reason %q\nwant   %q", e.Reason, test.reason)
			}
			if hints := strings.Join(e.Hints, "\n"); !strings.Contains(hints, test.hint) {
				t.Errorf("hints %q do not mention %q", hints, test.hint)
			}
		})
	}
}

func TestExplainTakesTheBestEvidence(t *testing.T) {
	rolledBack := func(reason string) func(*Observation) {
		return func(o *Observation) { o.Deployment.Rollback.Reason = reason }
	}
	breaker := rolledBack("Service deployment rolled back because the circuit breaker threshold was exceeded.")
	tests := []struct {
		name   string
		status string
		change func(*Observation)
		want   string
	}{
		{"an alarm above all", "ROLLBACK_IN_PROGRESS", all(rolledBack("CloudWatch alarm orders-5xx is in state ALARM"), exited(1, "")),
			"an alarm went off: CloudWatch alarm orders-5xx is in state ALARM"},
		{"a task above the breaker", "ROLLBACK_SUCCESSFUL", all(breaker, exited(3, "")), "container web crashed (exit code 3)"},
		{"a role that the deployment needs", "ROLLBACK_SUCCESSFUL", rolledBack("missing permissions on ECS Infrastructure Role 'arn:x'"), "ECS cannot use one of the roles"},
		{"the breaker alone", "ROLLBACK_SUCCESSFUL", breaker, "Service deployment rolled back because the circuit breaker threshold was exceeded."},
		{"an end without a word", "ROLLBACK_FAILED", nil, "ECS gave no reason"},
		{"a success", "SUCCESSFUL", func(o *Observation) { o.Deployment.StatusReason = "no alarm went off" }, ""},
		{"the most frequent failure", "IN_PROGRESS", all(exited(3, ""), exited(137, "OutOfMemoryError: x")), "container web crashed (exit code 3)"},
		{"the latest event", "IN_PROGRESS", all(event("Capacity is unavailable at this time"), event("operations are being throttled")),
			"AWS slows down the starting of tasks after repeated failures"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Explain(look(test.status, test.change)).Reason; got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestExplainQuotesItsEvidence(t *testing.T) {
	o := look("ROLLBACK_SUCCESSFUL", all(
		func(o *Observation) { o.Deployment.Rollback.Reason = "circuit breaker threshold exceeded" },
		exited(3, "", "starting", "panic: no database"),
		failed(Failure{Count: 2, StopCode: "TaskFailedToStart", Reason: "CannotPullContainerError: not found"}),
		func(o *Observation) {
			o.Targets = []Target{{"10.0.0.1:80", "unhealthy", "Target.Timeout", "Request timed out"}, {"10.0.0.2:80", "healthy", "", ""}}
		},
		event("(service orders_web) has started 1 tasks."),
		event("(service orders_web) (port 80) is unhealthy in (target-group x) due to (reason Request timed out)."),
	))
	e := Explain(o)
	want := []string{
		"circuit breaker threshold exceeded",
		"1 task: Essential container in task exited (container web, exit code 3)",
		"2 tasks: CannotPullContainerError: not found",
		"10.0.0.1:80 is unhealthy: Target.Timeout: Request timed out",
		"(service orders_web) (port 80) is unhealthy in (target-group x) due to (reason Request timed out).",
	}
	if !slices.Equal(e.Evidence, want) {
		t.Errorf("evidence:\n%s\nwant:\n%s", strings.Join(e.Evidence, "\n"), strings.Join(want, "\n"))
	}
	if e.Source != "container web of task 0af3" || !slices.Equal(e.Log, []string{"starting", "panic: no database"}) {
		t.Errorf("log of %q: %q", e.Source, e.Log)
	}
}

func TestExplainStaysOnOneScreen(t *testing.T) {
	o := look("IN_PROGRESS", nil)
	for i := range 20 {
		failed(Failure{StopCode: "TaskFailedToStart", Reason: fmt.Sprint("reason ", i)})(&o)
	}
	if got := len(Explain(o).Evidence); got != maxEvidence {
		t.Errorf("%d lines of evidence", got)
	}
}

// Every end but a success has a reason to tell.
func TestExplainIsNeverSilentAboutAnEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := observations().Draw(t, "look")
		o.Newer, o.Deployment.ARN = "", ours
		move := Next(Policy{Deployment: ours, Since: began}, o)
		if move.Verb == Finish && (move.Verdict == Succeeded) != Explain(o).Empty() {
			t.Fatalf("%+v is explained by %+v", move, Explain(o))
		}
	})
}
