package resource

import (
	"time"

	"photon/internal/spec"
)

// Facts is what Desired must know of the account and of the world besides the
// Spec. A release remembers them, so that it can be brought back.
type Facts struct {
	Account   string            `json:"account"`
	Region    string            `json:"region"`
	Partition string            `json:"partition"` // "aws", "aws-cn", …
	Network   Network           `json:"network"`
	Images    map[string]string `json:"images"`            // image as in the Spec → "repository@sha256:…"
	Secrets   map[string]string `json:"secrets,omitempty"` // SecretRef.String() → ARN
	Keys      map[string]string `json:"keys,omitempty"`    // SecretRef.String() → ARN of the KMS key, unless it is AWS's own
}

// Network is where the service is put.
type Network struct {
	VPC                 string   `json:"vpc"`
	Subnets             []string `json:"subnets"`
	LoadBalancerSubnets []string `json:"loadBalancerSubnets"`
	PublicIP            bool     `json:"publicIp"`
}

// Release is what a task definition remembers of the deployment that made it:
// enough to show it and to bring it back. It is kept in a Docker label, which
// is never compared.
type Release struct {
	Spec   *spec.Spec `json:"spec"`
	Facts  Facts      `json:"facts"`
	Commit string     `json:"commit,omitempty"`
	Author string     `json:"author,omitempty"`
	Time   time.Time  `json:"time"`
}

// ReleaseLabel is the Docker label that holds a Release in JSON.
const ReleaseLabel = "photon.release"
