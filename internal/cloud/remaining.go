package cloud

import "context"

// Remaining looks again after a termination and lists what the owner still
// has, and what the environment has if no other service uses it:
// "target group orders-web-a-1f2e3d4c".
func (a *Account) Remaining(ctx context.Context, owner string) ([]string, error) {
	live, err := a.Live(ctx, owner, nil)
	if err != nil {
		return nil, err
	}
	var left []string
	for _, r := range live.Set.Sorted() {
		if !r.Shared() || len(live.Others) == 0 {
			left = append(left, r.Key.Kind.Title()+" "+r.Key.Name)
		}
	}
	return left, nil
}
