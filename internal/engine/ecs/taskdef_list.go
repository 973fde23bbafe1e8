package ecs

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// ListTaskDefinitions lists the ARNs of revisions of a status, ACTIVE unless
// told otherwise; FamilyPrefix is the whole name of a family.
func (e *ECS) ListTaskDefinitions(ctx context.Context, in *ecs.ListTaskDefinitionsInput) (*ecs.ListTaskDefinitionsOutput, error) {
	status, arns := in.Status, []string{}
	if status == "" {
		status = types.TaskDefinitionStatusActive
	}
	for _, row := range e.rows.definitions.All(wire.From(ctx).World()) {
		if row.Status == status && (aws.ToString(in.FamilyPrefix) == "" || *row.Family == *in.FamilyPrefix) {
			arns = append(arns, *row.TaskDefinitionArn)
		}
	}
	if in.Sort == types.SortOrderDesc {
		slices.Reverse(arns)
	}
	arns, next, err := wire.Page(arns, in.NextToken, in.MaxResults, 100, "InvalidParameterException")
	return &ecs.ListTaskDefinitionsOutput{TaskDefinitionArns: arns, NextToken: next}, err
}

// ListTaskDefinitionFamilies lists families: ACTIVE ones have an ACTIVE
// revision, INACTIVE ones have none.
func (e *ECS) ListTaskDefinitionFamilies(ctx context.Context, in *ecs.ListTaskDefinitionFamiliesInput) (*ecs.ListTaskDefinitionFamiliesOutput, error) {
	active, families := map[string]bool{}, []string{}
	for _, row := range e.rows.definitions.All(wire.From(ctx).World() + aws.ToString(in.FamilyPrefix)) {
		if !slices.Contains(families, *row.Family) {
			families = append(families, *row.Family)
		}
		active[*row.Family] = active[*row.Family] || row.Status == types.TaskDefinitionStatusActive
	}
	families = slices.DeleteFunc(families, func(family string) bool {
		switch in.Status {
		case types.TaskDefinitionFamilyStatusAll, "":
			return false
		case types.TaskDefinitionFamilyStatusInactive:
			return active[family]
		}
		return !active[family]
	})
	families, next, err := wire.Page(families, in.NextToken, in.MaxResults, 100, "InvalidParameterException")
	return &ecs.ListTaskDefinitionFamiliesOutput{Families: families, NextToken: next}, err
}

// DeregisterTaskDefinition makes a revision INACTIVE; what runs goes on.
func (e *ECS) DeregisterTaskDefinition(ctx context.Context, in *ecs.DeregisterTaskDefinitionInput) (*ecs.DeregisterTaskDefinitionOutput, error) {
	if !strings.Contains(ref(in.TaskDefinition), ":") {
		return nil, invalid("Revision is missing. Please specify a revision.")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	key, row, err := e.definition(ctx, in.TaskDefinition)
	if err != nil {
		return nil, refused("The specified task definition does not exist.")
	}
	if row.Status == types.TaskDefinitionStatusActive {
		row.Status = types.TaskDefinitionStatusInactive
		row.DeregisteredAt = aws.Time(time.Now())
		e.rows.definitions.Put(key, row)
	}
	return &ecs.DeregisterTaskDefinitionOutput{TaskDefinition: &row.TaskDefinition}, nil
}

// DeleteTaskDefinitions deletes INACTIVE revisions as soon as nothing uses
// them; until then they are DELETE_IN_PROGRESS.
func (e *ECS) DeleteTaskDefinitions(ctx context.Context, in *ecs.DeleteTaskDefinitionsInput) (*ecs.DeleteTaskDefinitionsOutput, error) {
	if n := len(in.TaskDefinitions); n == 0 || n > 10 {
		return nil, invalid("The number of task definitions must be between 1 and 10.")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	defer e.nudge()
	out := &ecs.DeleteTaskDefinitionsOutput{Failures: []types.Failure{}, TaskDefinitions: []types.TaskDefinition{}}
	for _, name := range in.TaskDefinitions {
		key, row, err := e.definition(ctx, &name)
		if err != nil {
			out.Failures = append(out.Failures, types.Failure{Arn: &name, Reason: aws.String("TASK_DEFINITION_NOT_FOUND"), Detail: aws.String("The specified task definition was not found.")})
			continue
		}
		if row.Status == types.TaskDefinitionStatusActive {
			out.Failures = append(out.Failures, types.Failure{Arn: row.TaskDefinitionArn, Reason: aws.String("TASK_DEFINITION_ACTIVE"), Detail: aws.String("The specified task definition is still in ACTIVE status. Please deregister the target and try again.")})
			continue
		}
		row.Status = types.TaskDefinitionStatusDeleteInProgress
		row.DeleteRequestedAt = aws.Time(time.Now())
		e.rows.definitions.Put(key, row)
		e.doomed.Store(true)
		out.TaskDefinitions = append(out.TaskDefinitions, row.TaskDefinition)
	}
	return out, nil
}

// sweepDefinitions deletes the revisions that wait for it and are not used.
func (e *ECS) sweepDefinitions() {
	if !e.doomed.Load() {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var waiting []string
	for key, row := range e.rows.definitions.All("") {
		if row.Status == types.TaskDefinitionStatusDeleteInProgress {
			waiting = append(waiting, key)
		}
	}
	e.doomed.Store(len(waiting) > 0)
	used := e.usedDefinitions()
	for _, key := range waiting {
		if row, ok := e.rows.definitions.Get(key); ok && !used[*row.TaskDefinitionArn] {
			e.rows.definitions.Delete(key)
		}
	}
}

func (e *ECS) usedDefinitions() map[string]bool {
	used := map[string]bool{}
	for key, s := range e.rows.services.All("") {
		if aws.ToString(s.Status) == "INACTIVE" {
			continue
		}
		used[aws.ToString(s.TaskDefinition)] = true
		if r, ok := e.rows.revisions.Get(key + "/" + s.Completed); ok {
			used[*r.TaskDefinition] = true
		}
	}
	for _, t := range e.rows.tasks.living("") {
		used[*t.TaskDefinitionArn] = true
	}
	return used
}
