package cloud

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// logPlace is where the awslogs driver puts a container's lines.
type logPlace struct{ group, prefix string }

// logPlaces reads them from a task definition, once.
func (a *Account) logPlaces(ctx context.Context, definition string) (map[string]logPlace, error) {
	if known, ok := a.places.get(definition); ok {
		return known, nil
	}
	out, err := a.describeRevision(ctx, definition)
	if err != nil {
		return nil, explain(err, "task definition "+definition)
	}
	places := map[string]logPlace{}
	for _, c := range out.TaskDefinition.ContainerDefinitions {
		if l := c.LogConfiguration; l != nil && l.LogDriver == types.LogDriverAwslogs {
			places[aws.ToString(c.Name)] = logPlace{l.Options["awslogs-group"], l.Options["awslogs-stream-prefix"]}
		}
	}
	a.places.set(definition, places)
	return places, nil
}

// lastLines are the last lines that a container of a task wrote. They help to
// explain; that they cannot be had is not worth an error.
func (a *Account) lastLines(ctx context.Context, t types.Task, container string) []string {
	places, err := a.logPlaces(ctx, aws.ToString(t.TaskDefinitionArn))
	place, ok := places[container]
	if err != nil || !ok {
		return nil
	}
	out, err := a.logs().GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{
		LogGroupName:  &place.group,
		LogStreamName: aws.String(strings.Join([]string{place.prefix, container, taskID(t)}, "/")),
		Limit:         aws.Int32(linesOfOne),
		StartFromHead: aws.Bool(false),
	})
	if err != nil {
		return nil
	}
	var lines []string
	for _, event := range out.Events {
		lines = append(lines, strings.TrimRight(aws.ToString(event.Message), "\n"))
	}
	return lines
}
