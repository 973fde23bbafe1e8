package ecs

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// three are containers that start in the order migrate, sidecar, web.
func three() *ecs.RegisterTaskDefinitionInput {
	d := app()
	web := d.ContainerDefinitions[0]
	web.DependsOn = []types.ContainerDependency{
		{ContainerName: aws.String("migrate"), Condition: types.ContainerConditionSuccess},
		{ContainerName: aws.String("sidecar"), Condition: types.ContainerConditionHealthy},
	}
	d.ContainerDefinitions = []types.ContainerDefinition{web,
		{Name: aws.String("migrate"), Image: aws.String("migrate:1"), Essential: aws.Bool(false), Environment: environment("MEMORY_RUN=4s")},
		{Name: aws.String("sidecar"), Image: aws.String("sidecar:1"), StartTimeout: aws.Int32(60),
			HealthCheck: &types.HealthCheck{Command: []string{"CMD", "check"}, Interval: aws.Int32(10)}},
	}
	return d
}

// shown is a task's status with those of its containers.
func shown(t types.Task) string {
	text := *t.LastStatus
	for _, c := range t.Containers {
		text += " " + *c.Name + "=" + *c.LastStatus
	}
	return text
}

func TestContainersStartAsTheirDependenciesAllow(t *testing.T) {
	inWorld(t, func(w *world) {
		task := w.start(three())
		for _, look := range []struct {
			after time.Duration
			want  string
		}{
			{3 * time.Second, "PENDING web=PENDING migrate=RUNNING sidecar=RUNNING"},
			{2 * time.Second, "PENDING web=PENDING migrate=STOPPED sidecar=RUNNING"},
			{7 * time.Second, "RUNNING web=RUNNING migrate=STOPPED sidecar=RUNNING"},
		} {
			time.Sleep(look.after)
			if got := shown(w.again(task)); got != look.want {
				t.Errorf("%s, want %s", got, look.want)
			}
		}
	})
}

func TestADependencyThatIsNotMetEndsTheTask(t *testing.T) {
	for name, c := range map[string]struct {
		container int
		env, want string
	}{
		"failed":    {1, "MEMORY_EXIT=1", "dependency graph: container migrate did not reach the condition SUCCESS"},
		"unhealthy": {2, "MEMORY_UNHEALTHY=1", "dependency graph: container sidecar did not reach the condition HEALTHY"},
		"too late":  {2, "MEMORY_HEALTHY_AFTER=90s", "dependency graph: container sidecar did not reach the condition HEALTHY"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				d := three()
				d.ContainerDefinitions[c.container].Environment = environment(c.env)
				task := w.start(d)
				time.Sleep(75 * time.Second)
				task = w.again(task)
				if got := aws.ToString(task.Containers[0].Reason); got != c.want || *task.StoppedReason != "Task failed to start" || *task.LastStatus != "STOPPED" {
					t.Errorf("%s: %s: %s, want %s", *task.LastStatus, aws.ToString(task.StoppedReason), got, c.want)
				}
			})
		})
	}
}
