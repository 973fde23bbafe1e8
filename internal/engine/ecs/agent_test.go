package ecs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/runtime"
)

// start runs one task of the definition.
func (w *world) start(d *ecs.RegisterTaskDefinitionInput) types.Task {
	w.t.Helper()
	want[*ecs.CreateClusterOutput](w.t)(w.CreateCluster(w.ctx, &ecs.CreateClusterInput{}))
	w.register(d)
	out := want[*ecs.RunTaskOutput](w.t)(w.RunTask(w.ctx, &ecs.RunTaskInput{
		TaskDefinition: d.Family, LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
	}))
	return out.Tasks[0]
}

// look describes a task again.
func (w *world) again(t types.Task) types.Task {
	w.t.Helper()
	return want[*ecs.DescribeTasksOutput](w.t)(w.DescribeTasks(w.ctx, &ecs.DescribeTasksInput{Tasks: []string{*t.TaskArn}})).Tasks[0]
}

func awslogs(d *ecs.RegisterTaskDefinitionInput, extra ...string) *ecs.RegisterTaskDefinitionInput {
	options := map[string]string{"awslogs-group": "/app", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p"}
	for _, pair := range extra {
		name, value, _ := strings.Cut(pair, "=")
		options[name] = value
	}
	d.ContainerDefinitions[0].LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: options}
	return d
}

func secret(d *ecs.RegisterTaskDefinitionInput, from string) *ecs.RegisterTaskDefinitionInput {
	d.ContainerDefinitions[0].Secrets = []types.Secret{{Name: aws.String("TOKEN"), ValueFrom: &from}}
	return d
}

const storedSecret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"

// encrypted is a parameter that a customer's key encrypts.
const encrypted = "/app/encrypted"

func TestATaskSaysWhyItStopped(t *testing.T) {
	arm := app()
	arm.RuntimePlatform = &types.RuntimePlatform{CpuArchitecture: types.CPUArchitectureArm64}
	for name, c := range map[string]struct {
		definition *ecs.RegisterTaskDefinitionInput
		set        func(*world)
		code       types.TaskStopCode
		reason     string
		container  string // its reason
	}{
		"exit":          {definition: app("MEMORY_EXIT=2"), code: "EssentialContainerExited", reason: "Essential container in task exited"},
		"out of memory": {definition: app("MEMORY_OOM=1"), code: "EssentialContainerExited", reason: "Essential container in task exited", container: "OutOfMemoryError: Container killed due to memory usage"},
		"no entry point": {definition: app("MEMORY_START_ERROR=exec: no such file"), code: "TaskFailedToStart",
			reason: "CannotStartContainerError: exec: no such file", container: "CannotStartContainerError: exec: no such file"},
		"image not found": {definition: app(), set: pulls(runtime.PullNotFound, ""), code: "TaskFailedToStart",
			reason:    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref app:1: app:1: not found",
			container: "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref app:1: app:1: not found"},
		"image denied": {definition: app(), set: pulls(runtime.PullDenied, "unauthorized"), code: "TaskFailedToStart",
			reason:    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref app:1: pull access denied, repository does not exist or may require authorization: unauthorized",
			container: "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref app:1: pull access denied, repository does not exist or may require authorization: unauthorized"},
		"wrong architecture": {definition: arm, set: pulls(runtime.PullPlatform, "image is for linux/amd64"), code: "TaskFailedToStart",
			reason:    "CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform 'linux/arm64'",
			container: "CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform 'linux/arm64'"},
		"missing secret": {definition: secret(app(), storedSecret), code: "TaskFailedToStart",
			reason: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret " + storedSecret + " from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret."},
		"forbidden parameter": {definition: secret(app(), "/app/key"), set: denies("ssm:GetParameters", "no"), code: "TaskFailedToStart",
			reason: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: no"},
		"forbidden key": {definition: secret(app(), encrypted), set: denies("kms:Decrypt", "no"), code: "TaskFailedToStart",
			reason: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: no"},
		"forbidden registry": {definition: image(app(), "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1"), set: denies("ecr:BatchGetImage", "no"), code: "TaskFailedToStart",
			reason: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: no"},
		"forbidden logs": {definition: awslogs(app()), set: denies("logs:PutLogEvents", "no"), code: "TaskFailedToStart",
			reason: "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: no : exit status 1"},
		"missing group": {definition: awslogs(app(), "awslogs-group=/none"), code: "TaskFailedToStart",
			reason: "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1"},
		"role without trust": {definition: app(), set: denies("", "no"), code: "TaskFailedToStart",
			reason: "ECS was unable to assume the role '" + role + "' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				if c.set != nil {
					c.set(w)
				}
				task := w.start(c.definition)
				time.Sleep(10 * time.Second)
				task = w.again(task)
				got := fmt.Sprintf("%s %s: %s (%s)", *task.LastStatus, task.StopCode, aws.ToString(task.StoppedReason), aws.ToString(task.Containers[0].Reason))
				if want := fmt.Sprintf("STOPPED %s: %s (%s)", c.code, c.reason, c.container); got != want {
					t.Errorf("%s\nwant %s", got, want)
				}
			})
		})
	}
}

func pulls(reason, detail string) func(*world) {
	return func(w *world) {
		w.runtime.Images = func(image, _ string, _ runtime.Auth) (runtime.Image, error) {
			return runtime.Image{}, &runtime.PullError{Image: image, Reason: reason, Detail: detail}
		}
	}
}

func denies(action, text string) func(*world) {
	return func(w *world) { w.denied[role+" "+action] = text }
}

func image(d *ecs.RegisterTaskDefinitionInput, name string) *ecs.RegisterTaskDefinitionInput {
	d.ContainerDefinitions[0].Image = &name
	return d
}

func TestRegistryCredentialsComeFromASecret(t *testing.T) {
	inWorld(t, func(w *world) {
		w.secrets["arn:aws:secretsmanager:us-east-1:123456789012:secret:registry"] = `{"username":"u","password":"p"}`
		logins := make(chan runtime.Auth, 1)
		w.runtime.Images = func(_, _ string, a runtime.Auth) (runtime.Image, error) {
			logins <- a
			return runtime.Image{}, nil
		}
		d := app()
		d.ContainerDefinitions[0].RepositoryCredentials = &types.RepositoryCredentials{CredentialsParameter: aws.String("registry")}
		w.start(d)
		if auth := <-logins; auth.Username != "u" || auth.Password != "p" {
			t.Errorf("logged in as %q", auth.Username)
		}
	})
}

func TestOutputArrivesWholeAndInOrder(t *testing.T) {
	inWorld(t, func(w *world) {
		var lines []string
		for i := range 2500 {
			lines = append(lines, fmt.Sprint("line ", i))
		}
		task := w.start(awslogs(app("MEMORY_EXIT=0", "MEMORY_LOG="+strings.Join(lines, "\n")), "awslogs-group=/new", "awslogs-create-group=true"))
		time.Sleep(10 * time.Second)
		if got := w.lines()["/new p/web/"+last(*task.TaskArn)]; !slices.Equal(got, lines) {
			t.Errorf("%d lines, want %d", len(got), len(lines))
		}
	})
}

func TestSecretsReachTheContainerAndNothingElse(t *testing.T) {
	const marker = "marker-of-a-secret"
	inWorld(t, func(w *world) {
		w.secrets[storedSecret] = marker
		task := w.start(secret(awslogs(app("MEMORY_RUN=60s")), storedSecret))
		time.Sleep(5 * time.Second)
		if got := w.get(task, "/env/TOKEN"); got != marker {
			t.Errorf("the container sees %q", got)
		}
		time.Sleep(2 * time.Minute)
		for _, rows := range []any{w.again(task), w.lines(), collect(w.rows.definitions.All("")), collect(w.rows.tasks.All(""))} {
			if text, _ := json.Marshal(rows); strings.Contains(string(text), marker) {
				t.Errorf("the secret is in %s", text)
			}
		}
	})
}

func TestAContainerKnowsWhereItRuns(t *testing.T) {
	inWorld(t, func(w *world) {
		d := app()
		d.TaskRoleArn = aws.String("arn:aws:iam::123456789012:role/task")
		task := w.start(d)
		time.Sleep(5 * time.Second)
		id := last(*task.TaskArn)
		for name, want := range map[string]string{
			"AWS_REGION": "us-east-1", "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
			"ECS_CONTAINER_METADATA_URI_V4":          "http://169.254.170.2/v4/" + id + "-web",
			"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/" + id,
		} {
			if got := w.get(task, "/env/"+name); got != want {
				t.Errorf("%s=%s, want %s", name, got, want)
			}
		}
		for path, want := range map[string]string{
			"/v4/" + id + "-web":       `"Name":"web"`,
			"/v4/" + id + "-web/task":  `"TaskARN":"` + *task.TaskArn + `"`,
			"/v2/credentials/" + id:    `"RoleArn":"arn:aws:iam::123456789012:role/task"`,
			"/v4/" + id + "-web/stats": `{}`,
		} {
			if _, body, status := w.runtime.Metadata(id, path); status != 200 || !strings.Contains(string(body), want) {
				t.Errorf("%s: %d %s, want %s", path, status, body, want)
			}
		}
		if _, _, status := w.runtime.Metadata(id, "/v4/other"); status != 404 {
			t.Errorf("another task's metadata: %d", status)
		}
	})
}

func TestARestartPolicyStartsAContainerAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.secrets[storedSecret] = "x"
		d := secret(app("MEMORY_RUN=90s", "MEMORY_EXIT=1"), storedSecret)
		d.ContainerDefinitions[0].RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
		task := w.start(d)
		time.Sleep(2 * time.Minute)
		if got := shown(w.again(task)); got != "RUNNING web=RUNNING" {
			t.Error(got)
		}
		if got := w.get(task, "/env/TOKEN"); got != "x" {
			t.Errorf("after the restart the secret is %q", got)
		}
	})
}

func TestAStoppedTaskGetsItsTimeAndThenEnds(t *testing.T) {
	inWorld(t, func(w *world) {
		d := app("MEMORY_IGNORE_SIGTERM=1")
		d.ContainerDefinitions[0].StopTimeout = aws.Int32(20)
		task := w.start(d)
		time.Sleep(5 * time.Second)
		want[*ecs.StopTaskOutput](t)(w.StopTask(w.ctx, &ecs.StopTaskInput{Task: task.TaskArn, Reason: aws.String("enough")}))
		time.Sleep(19 * time.Second)
		if got := shown(w.again(task)); got != "STOPPING web=RUNNING" {
			t.Error(got)
		}
		time.Sleep(2 * time.Second)
		task = w.again(task)
		if got := shown(task); got != "STOPPED web=STOPPED" || *task.Containers[0].ExitCode != 137 || task.StopCode != "UserInitiated" || *task.StoppedReason != "enough" {
			t.Errorf("%s %d %s %s", got, *task.Containers[0].ExitCode, task.StopCode, *task.StoppedReason)
		}
		time.Sleep(time.Hour + 2*time.Minute)
		out := want[*ecs.DescribeTasksOutput](t)(w.DescribeTasks(w.ctx, &ecs.DescribeTasksInput{Tasks: []string{*task.TaskArn}}))
		if len(out.Failures) != 1 || *out.Failures[0].Reason != "MISSING" {
			t.Errorf("%+v", out)
		}
	})
}

func TestARepeatedRunTaskRunsNothingNew(t *testing.T) {
	inWorld(t, func(w *world) {
		w.start(app())
		in := &ecs.RunTaskInput{TaskDefinition: aws.String("app"), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(), ClientToken: aws.String("once")}
		first := want[*ecs.RunTaskOutput](t)(w.RunTask(w.ctx, in))
		second := want[*ecs.RunTaskOutput](t)(w.RunTask(w.ctx, in))
		if *first.Tasks[0].TaskArn != *second.Tasks[0].TaskArn {
			t.Error("two tasks for one token")
		}
		in.StartedBy = aws.String("somebody")
		if _, err := w.RunTask(w.ctx, in); faultText(err) != "ConflictException: The client token was used with other parameters." {
			t.Errorf("%v", err)
		}
	})
}
