package cloud

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/resource"
)

var taskDefinitionKind = kind{find: findTaskDefinitions, create: createTaskDefinition, update: updateTaskDefinition, remove: removeTaskDefinition}

func findTaskDefinitions(s *search) {
	s.ask(revisionQuestion, s.wanted(resource.KindTaskDefinition)...)
	s.ask(familiesQuestion, s.familyPrefix())
}

// createTaskDefinition registers a revision. Each call makes one more, so the
// SDK does not repeat it: after a call without an answer the newest revision
// tells whether it took effect, because no two deployments leave the same
// release in it.
func createTaskDefinition(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	document := attributesOf[resource.Document](want)
	in, err := inputOf[ecs.RegisterTaskDefinitionInput](document)
	if err != nil {
		return "", err
	}
	in.Tags = ecsTagList(resource.Tags(want.Owner))
	for attempt := 1; ; attempt++ {
		out, err := a.ecs().RegisterTaskDefinition(ctx, in, once)
		if err == nil {
			return aws.ToString(out.TaskDefinition.TaskDefinitionArn), nil
		}
		if attempt == maxAttempts || !newRetryer().IsErrorRetryable(err) {
			return "", err
		}
		if arn := a.registered(ctx, want); arn != "" {
			return arn, nil
		}
		if err := sleep(ctx, time.Duration(attempt)*time.Second); err != nil {
			return "", err
		}
	}
}

func once(o *ecs.Options) { o.Retryer = aws.NopRetryer{} }

// registered is the ARN of the newest revision if it is the very one that is
// wanted; empty when it is not, or cannot be seen.
func (a *Account) registered(ctx context.Context, want resource.Resource) string {
	out, err := a.describeRevision(ctx, want.Key.Name)
	if err != nil {
		return ""
	}
	newest, text := revisionOf(out), releaseText(attributesOf[resource.Document](want))
	if text == "" || releaseText(newest.document) != text || newest.tags[resource.TagOwner] != want.Owner {
		return ""
	}
	return newest.arn
}

// sleep waits, or ends with ctx.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// updateTaskDefinition registers one more revision: none ever changes.
func updateTaskDefinition(ctx context.Context, a *Account, want, _ resource.Resource) error {
	id, err := createTaskDefinition(ctx, a, want)
	if err == nil {
		a.ids.set(want.Key, id)
	}
	return err
}

func removeTaskDefinition(ctx context.Context, a *Account, have resource.Resource) error {
	_, err := a.ecs().DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &have.ID})
	if err != nil && !a.deregistered(ctx, have.ID) {
		return err
	}
	out, err := a.ecs().DeleteTaskDefinitions(ctx, &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: []string{have.ID}})
	if err != nil {
		return err
	}
	for _, failed := range out.Failures {
		if aws.ToString(failed.Reason) != "MISSING" && a.visible(ctx, have.ID) {
			return &StepError{
				Step: have.Key, Operation: "DeleteTaskDefinitions", Code: aws.ToString(failed.Reason),
				Message: aws.ToString(failed.Detail), Temporary: true,
			}
		}
	}
	return nil
}

// deregistered reports whether a revision is not ACTIVE, or gone.
func (a *Account) deregistered(ctx context.Context, arn string) bool {
	out, err := a.describeRevision(ctx, arn)
	return is(err, "ClientException") || err == nil && out.TaskDefinition.Status != types.TaskDefinitionStatusActive
}

// visible reports whether a revision is there and not being deleted.
func (a *Account) visible(ctx context.Context, arn string) bool {
	out, err := a.describeRevision(ctx, arn)
	return err == nil && out.TaskDefinition.Status != types.TaskDefinitionStatusDeleteInProgress
}
