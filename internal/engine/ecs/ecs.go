package ecs

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

// settleTime is how long a task without a health check must have been running
// to count as healthy (DeploymentConfiguration.minimumHealthyPercent).
const settleTime = 40 * time.Second

// Options change how the service keeps time.
type Options struct {
	// Settle is how long a task without a container health check and without
	// a load balancer must run before it counts as healthy: 0 means AWS's 40
	// seconds, a negative value means at once.
	Settle time.Duration
	// Leave leaves containers as they are when Run ends, as a crash would.
	Leave bool
}

// ECS is the service: its rows, its operations and, in Run, its control loops.
type ECS struct {
	parts   Parts
	options Options
	rows    tables
	// mu is held over every change that reads a row before it writes it. It
	// is never held while a neighbour is called.
	mu   sync.Mutex
	wake chan struct{}
	left map[string]task // ran when the last engine ended
	// swept is when Run last forgot what had ended long ago.
	swept time.Time
	// doomed is set while task definitions may be waiting for their deletion.
	doomed atomic.Bool
}

// tables are the rows of all worlds. Keys begin with wire.Call.World().
type tables struct {
	clusters    *state.Table[types.Cluster] // name
	definitions *state.Table[definition]    // family:revision
	families    *state.Table[int32]         // latest revision by family
	services    *state.Table[service]       // cluster/service
	events      *state.Table[[]types.ServiceEvent]
	revisions   *state.Table[revision]   // cluster/service/id
	deployments *state.Table[deployment] // cluster/service/id
	tasks       *taskTable               // cluster/id
	runs        *state.Table[run]        // cluster/client token
	settings    *state.Table[types.Setting]
}

// New returns the service over the rows that db holds. Run makes it move.
func New(db *state.DB, parts Parts, options Options) *ECS {
	if options.Settle == 0 {
		options.Settle = settleTime
	}
	e := &ECS{
		parts: parts, options: options, wake: make(chan struct{}, 1),
		rows: tables{
			clusters:    state.NewTable[types.Cluster](db, "ecs.clusters"),
			definitions: state.NewTable[definition](db, "ecs.definitions"),
			families:    state.NewTable[int32](db, "ecs.families"),
			services:    state.NewTable[service](db, "ecs.services"),
			events:      state.NewTable[[]types.ServiceEvent](db, "ecs.events"),
			revisions:   state.NewTable[revision](db, "ecs.revisions"),
			deployments: state.NewTable[deployment](db, "ecs.deployments"),
			tasks:       newTaskTable(db),
			runs:        state.NewTable[run](db, "ecs.runs"),
			settings:    state.NewTable[types.Setting](db, "ecs.settings"),
		},
	}
	e.left = e.rows.tasks.living("")
	e.doomed.Store(true)
	return e
}

// Service returns the operations, for the wire.
func (e *ECS) Service() *wire.Service {
	s := wire.NewService("ecs")
	e.clusterOps(s)
	e.definitionOps(s)
	e.serviceOps(s)
	e.deploymentOps(s)
	e.taskOps(s)
	e.otherOps(s)
	return s
}

// nudge makes Run look at everything again soon.
func (e *ECS) nudge() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}
