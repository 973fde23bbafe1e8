package cloud

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/resource"
)

// revision is one task definition of a family.
type revision struct {
	arn, family string
	number      int
	tags        map[string]string
	document    resource.Document // RegisterTaskDefinition's input, with ids
}

// revisions are the task definitions that a search has found.
type revisions struct {
	byARN map[string]*revision // by ARN
	runs  map[string]string    // by family: the ARN that a service runs
}

func newRevisions() revisions {
	return revisions{byARN: map[string]*revision{}, runs: map[string]string{}}
}

// of lists a family's revisions, newest first.
func (r revisions) of(family string) []*revision {
	var list []*revision
	for _, one := range r.byARN {
		if one.family == family {
			list = append(list, one)
		}
	}
	slices.SortFunc(list, func(a, b *revision) int { return b.number - a.number })
	return list
}

// chosen is the revision that counts as the family's: what its service runs,
// if that is as wanted; else the newest, if that is; else what runs; else the
// newest.
func (r revisions) chosen(family string, asWanted func(*revision) bool) *revision {
	list := r.of(family)
	running := r.byARN[r.runs[family]]
	switch {
	case running != nil && asWanted(running):
		return running
	case len(list) > 0 && asWanted(list[0]):
		return list[0]
	case running != nil:
		return running
	case len(list) > 0:
		return list[0]
	}
	return nil
}

var (
	// By family or by ARN; "Unable to describe task definition." is no more
	// than a ClientException.
	revisionQuestion = &question{what: "task definition", batch: 1, gone: []string{"ClientException"}, ask: askRevision}
	familiesQuestion = &question{what: "task definition families", batch: 1, ask: askFamilies}
	activeQuestion   = &question{what: "task definitions of", batch: 1, ask: func(ctx context.Context, s *search, families []string) error {
		return s.askRevisions(ctx, families[0], types.TaskDefinitionStatusActive)
	}}
	inactiveQuestion = &question{what: "task definitions of", batch: 1, ask: func(ctx context.Context, s *search, families []string) error {
		return s.askRevisions(ctx, families[0], types.TaskDefinitionStatusInactive)
	}}
)

func askRevision(ctx context.Context, s *search, names []string) error {
	s.mu.Lock()
	known := s.byARN[names[0]] != nil // by its family's name, in the round before
	s.mu.Unlock()
	if known {
		return nil
	}
	out, err := s.describeRevision(ctx, names[0])
	if err != nil {
		return err
	}
	if out.TaskDefinition.Status == types.TaskDefinitionStatusDeleteInProgress {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := revisionOf(out)
	s.byARN[found.arn] = found
	return nil
}

func (a *Account) describeRevision(ctx context.Context, name string) (*ecs.DescribeTaskDefinitionOutput, error) {
	return a.ecs().DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: &name, Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	})
}

func revisionOf(out *ecs.DescribeTaskDefinitionOutput) *revision {
	return &revision{
		arn:      aws.ToString(out.TaskDefinition.TaskDefinitionArn),
		family:   aws.ToString(out.TaskDefinition.Family),
		number:   int(out.TaskDefinition.Revision),
		tags:     ecsTags(out.Tags),
		document: membersOf[ecs.RegisterTaskDefinitionInput](documentOf(out.TaskDefinition)),
	}
}

// askFamilies looks for families of the owner that are not wanted: all of
// their revisions are left over.
func askFamilies(ctx context.Context, s *search, prefixes []string) error {
	pages := ecs.NewListTaskDefinitionFamiliesPaginator(s.ecs(), &ecs.ListTaskDefinitionFamiliesInput{
		FamilyPrefix: &prefixes[0], Status: types.TaskDefinitionFamilyStatusAll,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, family := range page.Families {
			_, wanted := s.want[resource.Key{Kind: resource.KindTaskDefinition, Name: family}]
			if _, own := workload(family, prefixes[0]); own && !wanted {
				s.ask(activeQuestion, family)
				s.ask(inactiveQuestion, family)
			}
		}
	}
	return nil
}

func (s *search) askRevisions(ctx context.Context, family string, status types.TaskDefinitionStatus) error {
	pages := ecs.NewListTaskDefinitionsPaginator(s.ecs(), &ecs.ListTaskDefinitionsInput{
		FamilyPrefix: &family, Status: status,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, arn := range page.TaskDefinitionArns {
			if familyOf(arn) == family {
				s.ask(revisionQuestion, arn)
			}
		}
	}
	return nil
}

// familyOf is the family in a task definition's ARN.
func familyOf(arn string) string {
	_, name, _ := strings.Cut(arn, ":task-definition/")
	family, _, _ := strings.Cut(name, ":")
	return family
}

// name is "family:revision".
func (r *revision) name() string { return r.family + ":" + strconv.Itoa(r.number) }

// release is what the deployment that made the revision left in it.
func (r *revision) release() (resource.Release, bool) {
	text := releaseText(r.document)
	if text == "" {
		return resource.Release{}, false
	}
	var release resource.Release
	if err := json.Unmarshal([]byte(text), &release); err != nil {
		return resource.Release{}, false
	}
	return release, true
}

// releaseText is the release label of a task definition's document.
func releaseText(document resource.Document) string {
	containers, _ := document["containerDefinitions"].([]any)
	for _, container := range containers {
		members, _ := container.(map[string]any)
		labels, _ := members["dockerLabels"].(map[string]any)
		if text, ok := labels[resource.ReleaseLabel].(string); ok {
			return text
		}
	}
	return ""
}
