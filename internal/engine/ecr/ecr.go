// Package ecr is the engine's Elastic Container Registry: its API and the
// registry behind it, which docker login, push and pull work against. It never
// scans images, never copies them elsewhere and never runs them.
package ecr

import (
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

// ECR keeps repositories, their images and layers. As everywhere in the
// engine, accounts and regions never meet; layers with the same digest share
// one file all the same.
type ECR struct {
	repositories *state.Table[repository] // by place
	images       *state.Table[image]      // by place@digest
	tags         *state.Table[string]     // digest by place:tag
	layers       *state.Table[layer]      // by place@digest
	keys         *state.Table[[]byte]
	blobs        *blobs
	endpoint     func() string
	mu           sync.Mutex // over rows that must fit each other
}

// New keeps rows in db and layers under dir, which it makes when the first
// layer arrives. The endpoint is the engine's address, "127.0.0.1:4580"; it is
// asked for when it is needed, because the engine may not listen yet.
func New(db *state.DB, dir string, endpoint func() string) *ECR {
	return &ECR{
		repositories: state.NewTable[repository](db, "ecr.repositories"),
		images:       state.NewTable[image](db, "ecr.images"),
		tags:         state.NewTable[string](db, "ecr.tags"),
		layers:       state.NewTable[layer](db, "ecr.layers"),
		keys:         state.NewTable[[]byte](db, "ecr.keys"),
		blobs:        newBlobs(dir),
		endpoint:     endpoint,
	}
}

// Service is the ECR API.
func (e *ECR) Service() *wire.Service {
	s := wire.NewService("ecr")
	e.repositoryOps(s)
	e.imageOps(s)
	e.layerOps(s)
	e.policyOps(s)
	e.tagOps(s)
	wire.Op(s, "GetAuthorizationToken", e.getAuthorizationToken)
	return s
}

// Handler is the registry: the OCI distribution API under /v2/.
func (e *ECR) Handler() http.Handler { return &registry{e} }

// invalid is the fault of a parameter, in ECR's words.
func invalid(parameter, constraint string) error {
	message := "Invalid parameter at '" + parameter + "' failed to satisfy constraint: '" + constraint + "'"
	return &types.InvalidParameterException{Message: &message}
}
