package ecs

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/runtime"
)

func TestTheHistoryOfAServiceIsBounded(t *testing.T) {
	inWorld(t, func(w *world) {
		w.persist()
		w.create(app(), web())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		first := *w.service().CurrentServiceRevisions[0].Arn
		for range longestHistory + 10 {
			want[*ecs.UpdateServiceOutput](t)(w.UpdateService(w.ctx, &ecs.UpdateServiceInput{Service: aws.String("web"), ForceNewDeployment: true}))
			time.Sleep(time.Minute)
		}
		w.ends(types.ServiceDeploymentStatusSuccessful)
		time.Sleep(2 * sweepEvery)
		list := want[*ecs.ListServiceDeploymentsOutput](t)(w.ListServiceDeployments(w.ctx, &ecs.ListServiceDeploymentsInput{Service: aws.String("web"), MaxResults: aws.Int32(100)}))
		if n := len(list.ServiceDeployments); n != longestHistory || *list.ServiceDeployments[0].ServiceDeploymentArn != *w.service().CurrentServiceDeployment {
			t.Errorf("%d deployments are kept", n)
		}
		gone := want[*ecs.DescribeServiceRevisionsOutput](t)(w.DescribeServiceRevisions(w.ctx, &ecs.DescribeServiceRevisionsInput{ServiceRevisionArns: []string{first}}))
		if len(gone.ServiceRevisions) != 0 {
			t.Error("the first revision is kept")
		}
		w.end() // nothing need happen in 90 days
		time.Sleep(rememberDeployment + time.Hour)
		w.restart()
		time.Sleep(2 * sweepEvery)
		list = want[*ecs.ListServiceDeploymentsOutput](t)(w.ListServiceDeployments(w.ctx, &ecs.ListServiceDeploymentsInput{Service: aws.String("web")}))
		if n := len(list.ServiceDeployments); n != 1 || w.service().RunningCount != 2 {
			t.Errorf("%d deployments are kept after 90 days, %d tasks run", n, w.service().RunningCount)
		}
	})
}

func TestAMovedTagChangesNoDeploymentUnderWay(t *testing.T) {
	inWorld(t, func(w *world) {
		digest := func(n int) string { return fmt.Sprintf("sha256:%064d", n) }
		tag := digest(1)
		w.runtime.Images = func(image, _ string, _ runtime.Auth) (runtime.Image, error) {
			if image == "app:1" {
				return runtime.Image{Digest: tag}, nil
			}
			return runtime.Image{Digest: image[len("app@"):]}, nil
		}
		w.create(app(), web())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		tag = digest(2)
		first := w.tasks(types.DesiredStatusRunning)[0]
		want[*ecs.StopTaskOutput](t)(w.StopTask(w.ctx, &ecs.StopTaskInput{Task: first.TaskArn}))
		time.Sleep(2 * time.Minute)
		if got := w.digests(); got != digest(1)+" "+digest(1) {
			t.Errorf("after the tag was moved: %s", got)
		}
		want[*ecs.UpdateServiceOutput](t)(w.UpdateService(w.ctx, &ecs.UpdateServiceInput{Service: aws.String("web"), ForceNewDeployment: true}))
		w.ends(types.ServiceDeploymentStatusSuccessful)
		if got := w.digests(); got != digest(2)+" "+digest(2) {
			t.Errorf("after the next deployment: %s", got)
		}
	})
}

// digests are those of the running tasks' images.
func (w *world) digests() string {
	text := ""
	for i, t := range w.tasks(types.DesiredStatusRunning) {
		if i > 0 {
			text += " "
		}
		text += aws.ToString(t.Containers[0].ImageDigest)
	}
	return text
}
