package ecs

import (
	"slices"
	"strings"
	"time"
)

// AWS keeps the history of a service for 90 days; the engine also bounds its
// length.
const (
	rememberDeployment = 90 * 24 * time.Hour
	longestHistory     = 50
)

// sweepHistory forgets the oldest deployments of a service that have ended,
// and the revisions that nothing needs any more. The caller holds mu.
func (e *ECS) sweepHistory(key string, row service) {
	var all []deployment
	for _, d := range e.rows.deployments.All(key + "/") {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b deployment) int { return b.CreatedAt.Compare(*a.CreatedAt) })
	needed := map[string]bool{row.Goal: true, row.Completed: true}
	for i, d := range all {
		if d.ID != row.Deployment && d.ended() && (i >= longestHistory || time.Since(*d.CreatedAt) > rememberDeployment) {
			e.rows.deployments.Delete(key + "/" + d.ID)
			continue
		}
		needed[d.Target] = true
		for _, id := range d.Source {
			needed[id] = true
		}
	}
	for _, t := range e.rows.tasks.living(strings.TrimSuffix(key, *row.ServiceName)) {
		if t.Service == *row.ServiceName {
			needed[t.Revision] = true
		}
	}
	for k, r := range e.rows.revisions.All(key + "/") {
		if !needed[r.ID] {
			e.rows.revisions.Delete(k)
		}
	}
}
