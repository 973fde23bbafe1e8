package cloud

import (
	"context"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"photon/internal/resource"
)

// question is something that AWS can be asked about several names or ids in
// one call. The answer goes into the search, and may ask further questions.
type question struct {
	what  string   // a word for errors: "target group"
	batch int      // names or ids in one call
	gone  []string // AWS's codes for what does not exist; it answers the question
	ask   func(ctx context.Context, s *search, about []string) error
}

// search finds what exists, in rounds: the questions of a round go out
// together, and what they bring up is asked about in the next one.
type search struct {
	*Account
	scope
	want resource.Set

	mu      sync.Mutex
	pending map[*question][]string
	alone   map[*question][]string // pending, each in a call of its own
	asked   map[*question]map[string]bool
	things  []*thing
	tags    map[string]map[string]string // by id
	revisions
	ongoing map[string]Watch // by service ARN
	others  map[string]bool  // owners of other services in the environment
}

// scope is whose resources a search is about.
type scope struct {
	owner       string
	environment string
	parts       []string // name, or name and instance
}

func newScope(owner string) scope {
	parts := strings.Split(owner, "/")
	s := scope{owner: owner, environment: parts[0]}
	if len(parts) > 1 {
		s.environment = parts[1]
		s.parts = slices.Delete(parts, 1, 2)
	}
	return s
}

// servicePrefix is how the names of the owner's services in ECS begin; a
// workload's name follows, which has no "_".
func (s scope) servicePrefix() string { return strings.Join(s.parts, "_") + "_" }

func (s scope) familyPrefix() string { return s.environment + "_" + s.servicePrefix() }

// workload is the rest of a name after prefix, if the name is one of the
// owner's: another instance's names have one "_" more.
func workload(name, prefix string) (string, bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	return rest, ok && rest != "" && !strings.Contains(rest, "_")
}

// thing is a resource as AWS tells of it: its attributes hold ids, not refs.
type thing struct {
	kind       resource.Kind
	name       string
	id         string // empty for a part that AWS knows by its parent alone
	parent     string // id, or the name of a role
	attributes any
	failed     string // of a service: why its last rollout failed
}

func newSearch(a *Account, owner string, want resource.Set) *search {
	return &search{
		Account: a, scope: newScope(owner), want: want,
		pending:   map[*question][]string{},
		alone:     map[*question][]string{},
		asked:     map[*question]map[string]bool{},
		tags:      map[string]map[string]string{},
		revisions: newRevisions(),
		ongoing:   map[string]Watch{},
		others:    map[string]bool{},
	}
}

// ask puts a question about names or ids into the next round, each once.
func (s *search) ask(q *question, about ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked[q] == nil {
		s.asked[q] = map[string]bool{}
	}
	for _, name := range about {
		if name != "" && !s.asked[q][name] {
			s.asked[q][name] = true
			s.pending[q] = append(s.pending[q], name)
		}
	}
}

// found adds a resource; one that was found before, by another way, is
// dropped.
func (s *search) found(t *thing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range s.things {
		if known.kind == t.kind && known.name == t.name && known.id == t.id && known.parent == t.parent {
			return
		}
	}
	s.things = append(s.things, t)
}

// unknown leaves out the ids of what was found by name meanwhile.
func (s *search) unknown(ids []string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(s.things, func(t *thing) bool { return t.id == id })
	})
}

func (s *search) tagged(id string, tags map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tags[id] = tags
}

// wanted lists the names of the wanted resources of a kind.
func (s *search) wanted(kind resource.Kind) []string {
	var names []string
	for _, r := range s.want.Of(kind) {
		names = append(names, r.Key.Name)
	}
	return names
}

const sideBySide = 32 // calls of one round

// run asks until no question is left.
func (s *search) run(ctx context.Context) error {
	for len(s.pending)+len(s.alone) > 0 {
		round, alone := s.pending, s.alone
		s.pending, s.alone = map[*question][]string{}, map[*question][]string{}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(sideBySide)
		for q, about := range round {
			for batch := range slices.Chunk(about, q.batch) {
				group.Go(func() error { return s.put(ctx, q, batch) })
			}
		}
		for q, about := range alone {
			for one := range slices.Chunk(about, 1) {
				group.Go(func() error { return s.put(ctx, q, one) })
			}
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// put asks one question. Where one thing that is gone fails the call for all,
// the next round asks about each by itself.
func (s *search) put(ctx context.Context, q *question, about []string) error {
	err := q.ask(ctx, s, about)
	if !is(err, q.gone...) {
		return explain(err, q.what+" "+about[0])
	}
	if len(about) > 1 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.alone[q] = append(s.alone[q], about...)
	}
	return nil
}
