package cloud

import (
	"cmp"
	"context"
	"slices"

	"photon/internal/resource"
)

// Live is what exists.
type Live struct {
	// Set holds what is wanted and exists, whoever owns it, and everything
	// else that the owner or the owner's environment has.
	Set resource.Set
	// Others are the owners of the environment's other services. They are
	// asked for only when nothing is wanted: nobody needs them otherwise.
	Others []string
	// Ongoing are the rollouts of the owner's services that have not ended.
	Ongoing []Watch
	// Releases are what deployments left in the task definitions of Set.
	Releases map[resource.Key]resource.Release
}

// Live reads what exists, in two rounds of calls; one or two more where AWS's
// tagging API does not know yet what an earlier run made. It changes nothing.
func (a *Account) Live(ctx context.Context, owner string, want resource.Set) (Live, error) {
	a.looking.Add(1)
	defer a.looking.Add(-1)
	s := newSearch(a, owner, want)
	for _, k := range kinds {
		if k.find != nil {
			k.find(s)
		}
	}
	if err := s.run(lookTogether(ctx)); err != nil {
		return Live{}, err
	}
	live := s.live()
	if len(want) > 0 {
		a.wanted.set(owner, want)
	}
	// What was not found keeps its id: another run of this Account may be
	// making it just now. What uses it is made after it is made again.
	for _, r := range live.Set {
		a.ids.set(r.Key, r.ID)
	}
	return live, nil
}

// live turns what was found into resources that refer to each other by key.
func (s *search) live() Live {
	l := Live{Set: resource.Set{}, Releases: map[resource.Key]resource.Release{}}
	index := s.index()
	refs := func(text string) string {
		if key, ok := index[text]; ok {
			return key.Ref()
		}
		return text
	}
	s.addRevisions(index, refs, &l)
	for _, t := range s.inOrder() {
		r := resource.Resource{
			Key: resource.Key{Kind: t.kind, Name: t.name}, ID: t.id, Parent: index[t.parent],
			Owner: s.ownerOf(t), Attributes: s.asWanted(t, rewrite(t.attributes, refs)), Failed: t.failed,
		}
		s.keep(r, &l)
	}
	l.Others = sortedKeys(s.others)
	for _, r := range l.Set.Of(resource.KindService) {
		if watch, ok := s.ongoing[r.ID]; ok && r.Owner == s.owner {
			l.Ongoing = append(l.Ongoing, watch)
		}
	}
	return l
}

// keep adds r if it is wanted or ours. Two things can have one name only
// where one of them is somebody else's.
func (s *search) keep(r resource.Resource, l *Live) {
	_, wanted := s.want[r.Key]
	ours := r.Owner == s.owner || r.Owner == s.environment
	if _, taken := l.Set[r.Key]; taken && !ours || !wanted && !ours {
		return
	}
	l.Set[r.Key] = r
}

// index finds keys by id. The roles' parts know them by name.
func (s *search) index() map[string]resource.Key {
	index := map[string]resource.Key{}
	for _, t := range s.inOrder() {
		key := resource.Key{Kind: t.kind, Name: t.name}
		if t.id != "" {
			index[t.id] = key
		}
		if t.kind == resource.KindRole {
			index[t.name] = key
		}
	}
	return index
}

// inOrder lists what was found, in an order that does not depend on which
// answer came first, and names the rules, whose names need two answers.
func (s *search) inOrder() []*thing {
	listeners := map[string]string{}
	for _, t := range s.things {
		if t.kind == resource.KindListener {
			listeners[t.id] = t.name
		}
	}
	for _, t := range s.things {
		if rule, ok := t.attributes.(resource.Rule); ok {
			t.name = ruleName(listeners[t.parent], rule, s.tags[t.id])
		}
	}
	slices.SortFunc(s.things, func(a, b *thing) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id))
	})
	return s.things
}

// ownerOf reads the owner from the tags of a thing that can bear them. Any
// other is a part and belongs to its parent's owner.
func (s *search) ownerOf(t *thing) string {
	if t.id != "" && t.kind != resource.KindLogRetention {
		return s.tags[t.id][resource.TagOwner]
	}
	for _, parent := range s.things {
		if parent.id != t.parent && (parent.kind != resource.KindRole || parent.name != t.parent) {
			continue
		}
		return s.ownerOf(parent)
	}
	return ""
}

// ownerOfRevision reads the owner from the tags of a revision. One without
// tags that a service runs was registered by hand: it is the service's.
func (s *search) ownerOfRevision(r *revision) string {
	if owner := r.tags[resource.TagOwner]; owner != "" {
		return owner
	}
	for _, t := range s.things {
		if service, ok := t.attributes.(resource.Document); ok && service["taskDefinition"] == r.arn {
			return s.ownerOf(t)
		}
	}
	return ""
}

// asWanted puts the target groups of a rule into the wanted order: ECS may
// list the one that serves first.
func (s *search) asWanted(t *thing, attributes any) any {
	rule, ok := attributes.(resource.Rule)
	if !ok {
		return attributes
	}
	want := attributesOf[resource.Rule](s.want[resource.Key{Kind: t.kind, Name: t.name}])
	if sameSet(rule.TargetGroups, want.TargetGroups) {
		rule.TargetGroups = want.TargetGroups
	}
	return rule
}

// addRevisions adds the task definitions: of a wanted family the one that
// counts, of any other family all of them.
func (s *search) addRevisions(index map[string]resource.Key, refs func(string) string, l *Live) {
	families := map[string]bool{}
	for _, r := range s.byARN {
		families[r.family] = true
	}
	for _, family := range sortedKeys(families) {
		key := resource.Key{Kind: resource.KindTaskDefinition, Name: family}
		want, wanted := s.want[key]
		as := func(r *revision) resource.Resource {
			return resource.Resource{
				Key: key, ID: r.arn, Owner: s.ownerOfRevision(r), Attributes: rewrite(r.document, refs),
			}
		}
		chosen := s.chosen(family, func(r *revision) bool {
			have := as(r)
			return wanted && have.Owner == want.Owner && resource.Same(want, have)
		})
		for _, r := range s.of(family) {
			one := as(r)
			if r != chosen {
				if wanted {
					continue
				}
				one.Key.Name = r.name()
			}
			index[r.arn] = one.Key
			s.keep(one, l)
			if release, ok := r.release(); ok && l.Set[one.Key].ID == r.arn {
				l.Releases[one.Key] = release
			}
		}
	}
}
