package elb

import "sync"

// usage maps target groups to the load balancers whose rules forward to them;
// a group has at most one. It is made anew only when rules have changed: every
// look at a target group and every round of checks asks for it.
type usage struct {
	mu      sync.Mutex
	changes uint64 // of the rules, when users was made
	users   map[string]string
}

// users is the usage of all worlds. The caller does not change it.
func (e *ELB) users() map[string]string {
	e.usage.mu.Lock()
	defer e.usage.mu.Unlock()
	changes := e.rules.Changes()
	if e.usage.users != nil && e.usage.changes == changes {
		return e.usage.users
	}
	users := map[string]string{}
	for _, r := range e.rules.All("") {
		for _, arn := range groupsOf(r.Shape.Actions) {
			users[arn] = ownerOf(r.Listener)
		}
	}
	e.usage.users, e.usage.changes = users, changes
	return users
}

// user is the load balancer of one target group, "" for none.
func (e *ELB) user(groupARN string) string { return e.users()[groupARN] }
