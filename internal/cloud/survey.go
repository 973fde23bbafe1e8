package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"photon/internal/resource"
	"photon/internal/spec"
)

// Refusal is one reason why a Spec cannot be deployed where the account is.
type Refusal struct {
	Subject string // "image orders:1.4.2"
	Message string
	Hint    string // may be empty
}

func (r Refusal) Error() string { return sentence(r.Subject, r.Message) }

// Hints are lines that help.
func (r Refusal) Hints() []string { return lines(r.Hint) }

// Refusals are all of them. Nothing was changed.
type Refusals []Refusal

func (r Refusals) Error() string { return errors.Join(r.Unwrap()...).Error() }

// Unwrap returns each Refusal.
func (r Refusals) Unwrap() []error {
	all := make([]error, len(r))
	for i, refusal := range r {
		all[i] = refusal
	}
	return all
}

// Survey finds out what Desired must know and checks that what the Spec
// mentions exists and fits. The error is Refusals when it does not: all of them
// at once.
func (a *Account) Survey(ctx context.Context, s *spec.Spec) (resource.Facts, error) {
	facts, confirm, err := a.Facts(ctx, s)
	if err != nil {
		return facts, err
	}
	return facts, confirm(ctx)
}

// Facts is Survey in one round of reads. What takes more, whether the images
// run on the architectures that are asked for, is left to confirm, which can be
// called beside other reads; its error may be Refusals too.
func (a *Account) Facts(ctx context.Context, s *spec.Spec) (facts resource.Facts, confirm func(context.Context) error, err error) {
	uses := imageUses(s)
	facts, refusals, err := a.findFacts(ctx, s, uses)
	if err != nil {
		return resource.Facts{}, nil, err
	}
	confirm = func(ctx context.Context) error {
		more, err := a.eachImage(lookTogether(ctx), uses, a.checkRuns)
		if all := Refusals(slices.Concat(refusals, more)); err == nil && len(all) > 0 {
			return all
		}
		return err
	}
	if len(refusals) > 0 {
		return resource.Facts{}, nil, confirm(ctx)
	}
	return facts, confirm, nil
}

// findFacts makes the first round of a survey.
func (a *Account) findFacts(ctx context.Context, s *spec.Spec, uses []*imageUse) (resource.Facts, []Refusal, error) {
	facts := resource.Facts{Region: a.region}
	findImages := func(ctx context.Context, _ *spec.Spec, facts *resource.Facts) ([]Refusal, error) {
		return a.findImages(ctx, uses, facts)
	}
	checks := []func(context.Context, *spec.Spec, *resource.Facts) ([]Refusal, error){
		a.checkAccount, a.checkNetwork, a.checkGroups, findImages, a.checkSecrets,
	}
	found := make([][]Refusal, len(checks))
	group, ctx := errgroup.WithContext(lookTogether(ctx))
	for i, check := range checks {
		group.Go(func() (err error) {
			found[i], err = check(ctx, s, &facts)
			return err
		})
	}
	err := group.Wait()
	return facts, slices.Concat(found...), err
}

// Place refuses an account or a region other than the file's. The error is
// Refusals then.
func (a *Account) Place(ctx context.Context, s *spec.Spec) error {
	if s.AWS == (spec.AWS{}) {
		return nil
	}
	refusals, err := a.checkAccount(ctx, s, &resource.Facts{})
	if err == nil && len(refusals) > 0 {
		err = Refusals(refusals)
	}
	return err
}

// checkAccount fills in who the account is.
func (a *Account) checkAccount(ctx context.Context, s *spec.Spec, facts *resource.Facts) ([]Refusal, error) {
	who, err := a.Identity(ctx)
	if err != nil {
		return nil, err
	}
	facts.Account, facts.Partition = who.Account, who.Partition
	var refusals []Refusal
	if s.AWS.Account != "" && s.AWS.Account != who.Account {
		refusals = append(refusals, Refusal{
			Subject: "account", Message: fmt.Sprintf("the file asks for %s, the credentials belong to %s", s.AWS.Account, who.Account),
			Hint: "use the credentials of the other account (--profile), or another environment (--env)",
		})
	}
	if s.AWS.Region != "" && s.AWS.Region != a.region {
		refusals = append(refusals, Refusal{
			Subject: "region", Message: fmt.Sprintf("the file asks for %s, this run uses %s", s.AWS.Region, a.region),
			Hint: "leave out --region",
		})
	}
	return refusals, nil
}
