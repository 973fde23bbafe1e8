// Package spec turns deployment.json into a Spec: it parses, merges the
// environment, fills in defaults and validates, with line and column. It never
// touches a network, a process or a clock; what it cannot read from files is
// handed to it.
package spec

import "time"

// Spec is what the author wrote, for one environment and one instance: merged,
// with variables replaced and defaults filled in. It survives a round trip
// through encoding/json, which is how a release remembers it.
type Spec struct {
	Name        string     `json:"name"`
	Environment string     `json:"environment"`
	Instance    string     `json:"instance,omitempty"`
	Protected   bool       `json:"protected,omitempty"`
	AWS         AWS        `json:"aws,omitzero"`
	Network     Network    `json:"network,omitzero"`
	Workloads   []Workload `json:"workloads"` // by name; at least one
}

// AWS says where the file may be deployed. Empty means "wherever the
// credentials lead".
type AWS struct {
	Region  string `json:"region,omitempty"`
	Account string `json:"account,omitempty"`
}

// Network names existing network parts. Empty means the default VPC.
type Network struct {
	Subnets             []string `json:"subnets,omitempty"`             // of tasks
	LoadBalancerSubnets []string `json:"loadBalancerSubnets,omitempty"` // default: Subnets
	SecurityGroups      []string `json:"securityGroups,omitempty"`      // of tasks, besides Photon's own
	PublicIP            *bool    `json:"publicIp,omitempty"`            // default: true in the default VPC
}

// Workload is one process of the service.
type Workload struct {
	Name        string               `json:"name"`
	Image       string               `json:"image"`
	Credentials *SecretRef           `json:"credentials,omitempty"` // of a private registry that is not ECR
	CPU         int                  `json:"cpu"`                   // units of 1/1024 vCPU
	Memory      int                  `json:"memory"`                // MiB
	Storage     int                  `json:"storage,omitempty"`     // GiB of ephemeral storage, 21 to 200; 0 is Fargate's 20
	Arch        string               `json:"arch"`                  // "amd64" or "arm64"
	Spot        bool                 `json:"spot,omitempty"`
	Entrypoint  []string             `json:"entrypoint,omitempty"`
	Command     []string             `json:"command,omitempty"`
	User        string               `json:"user,omitempty"`
	ReadOnly    bool                 `json:"readOnly,omitempty"`
	StopTimeout time.Duration        `json:"stopTimeout"` // 2 s to 120 s
	Env         map[string]string    `json:"env,omitempty"`
	Secrets     map[string]SecretRef `json:"secrets,omitempty"`
	HTTP        *HTTP                `json:"http,omitempty"`
	Check       *Check               `json:"check,omitempty"`
	Scale       int                  `json:"scale"` // tasks
	Deploy      Deploy               `json:"deploy"`
	Logs        Logs                 `json:"logs"`
	Permissions []Permission         `json:"permissions,omitempty"`
	Raw         Raw                  `json:"raw,omitzero"`
}

// HTTP makes a workload reachable through a load balancer.
type HTTP struct {
	Port     int           `json:"port"`
	Internal bool          `json:"internal,omitempty"` // not from the internet
	Drain    time.Duration `json:"drain"`              // how long requests may finish on a leaving task
	Health   Health        `json:"health"`
}

// Health is the load balancer's check of a task.
type Health struct {
	Path      string        `json:"path"`
	Interval  time.Duration `json:"interval"`  // 5 s to 300 s
	Timeout   time.Duration `json:"timeout"`   // 2 s to 120 s, below Interval
	Healthy   int           `json:"healthy"`   // passes until healthy again, 2 to 10
	Unhealthy int           `json:"unhealthy"` // failures until unhealthy, 2 to 10
	Expect    string        `json:"expect"`    // "200", "200-299", "200,204"
	Grace     time.Duration `json:"grace"`     // after a task's start, failures do not count
}

// Check is the container's own health check.
type Check struct {
	Command  []string      `json:"command"`  // without "CMD"; a shell is not involved
	Interval time.Duration `json:"interval"` // 5 s to 300 s
	Timeout  time.Duration `json:"timeout"`  // 2 s to 60 s
	Retries  int           `json:"retries"`  // 1 to 10
	Start    time.Duration `json:"start"`    // 0 to 300 s
}

// Deploy says how a new version takes over.
type Deploy struct {
	Strategy Strategy `json:"strategy"`
	Min      int      `json:"min"` // percent of Scale that keeps serving
	Max      int      `json:"max"` // percent of Scale that may run meanwhile
}

// Strategy is a deployment pattern.
type Strategy string

// Rolling replaces tasks a few at a time.
const Rolling Strategy = "rolling"

// Logs says where the output of the containers goes.
type Logs struct {
	Retention int  `json:"retention"` // days, one of CloudWatch's values
	Keep      bool `json:"keep,omitempty"`
}

// Permission is one statement of what the containers may do on AWS.
type Permission struct {
	Actions   []string `json:"actions"`
	Resources []string `json:"resources"`
}

// Raw patches the final API inputs: RFC 6902 operations, in JSON.
type Raw struct {
	TaskDefinition []PatchOperation `json:"taskDefinition,omitempty"`
	Service        []PatchOperation `json:"service,omitempty"`
}

// PatchOperation is one operation of RFC 6902.
type PatchOperation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	From  string `json:"from,omitempty"`
	Value any    `json:"value,omitempty"`
}

// SecretRef refers to a secret value; the value itself is never read into a
// Spec. It is written "secretsmanager:name#key" or "ssm:/path".
type SecretRef struct {
	Store string `json:"store"` // SecretsManager or SSM
	Name  string `json:"name"`
	Key   string `json:"key,omitempty"` // of a JSON secret in Secrets Manager
}

// The stores that a SecretRef can name.
const (
	SecretsManager = "secretsmanager"
	SSM            = "ssm"
)

// String writes the reference as in the file.
func (r SecretRef) String() string {
	text := r.Store + ":" + r.Name
	if r.Key != "" {
		text += "#" + r.Key
	}
	return text
}

// Owner names this copy of the service: name/environment[/instance].
func (s *Spec) Owner() string {
	owner := s.Name + "/" + s.Environment
	if s.Instance != "" {
		owner += "/" + s.Instance
	}
	return owner
}
