package resource

// Kind is a sort of resource, in the field's words.
type Kind string

// The kinds, each created by exactly one call of the AWS API.
const (
	KindCluster               Kind = "cluster"
	KindRole                  Kind = "role"
	KindRoleAttachment        Kind = "role-attachment" // a managed policy on a role
	KindRolePolicy            Kind = "role-policy"     // an inline policy of a role
	KindLogGroup              Kind = "log-group"
	KindLogRetention          Kind = "log-retention"
	KindSecurityGroup         Kind = "security-group"
	KindIngress               Kind = "ingress" // one inbound rule of a security group
	KindTargetGroup           Kind = "target-group"
	KindTargetGroupAttributes Kind = "target-group-attributes"
	KindLoadBalancer          Kind = "load-balancer"
	KindListener              Kind = "listener"
	KindRule                  Kind = "rule" // of a listener
	KindTaskDefinition        Kind = "task-definition"
	KindService               Kind = "service"
)

// Title is the kind as a person reads it: "target group".
func (k Kind) Title() string {
	title := []byte(k)
	for i, c := range title {
		if c == '-' {
			title[i] = ' '
		}
	}
	return string(title)
}

// GoesWithParent reports whether AWS removes a resource of this kind together
// with its parent, so that deleting both takes one call.
func (k Kind) GoesWithParent() bool {
	switch k {
	case KindLogRetention, KindIngress, KindTargetGroupAttributes, KindListener, KindRule:
		return true
	}
	return false
}

// The attributes of each kind that is not a Document. Fields that hold
// another resource are Refs, or plain ids of things that are not Photon's.
type (
	// Cluster has both Fargate capacity providers, so that spot is a
	// property of a service alone.
	Cluster struct {
		CapacityProviders []string `json:"capacityProviders"`
	}

	// Role trusts one AWS service.
	Role struct {
		Principal   string `json:"principal"` // "ecs-tasks.amazonaws.com"
		Description string `json:"description"`
	}

	// RoleAttachment attaches a managed policy. Its name is "role/policy".
	RoleAttachment struct {
		Role   string `json:"role"`
		Policy string `json:"policy"` // ARN
	}

	// RolePolicy is an inline policy. Its name is "role/policy".
	RolePolicy struct {
		Role       string      `json:"role"`
		Statements []Statement `json:"statements"`
	}

	// Statement allows actions on resources.
	Statement struct {
		Actions   []string `json:"actions"`
		Resources []string `json:"resources"`
	}

	// LogGroup has its retention as a part, because AWS sets it by a call
	// of its own.
	LogGroup struct{}

	// LogRetention is named after its group.
	LogRetention struct {
		Group string `json:"group"`
		Days  int    `json:"days"`
	}

	// SecurityGroup is of one VPC for ever; its inbound rules are Ingress.
	SecurityGroup struct {
		VPC         string `json:"vpc"`
		Description string `json:"description"`
	}

	// Ingress admits TCP on one port. Its name is "group:port".
	Ingress struct {
		Group  string `json:"group"`
		Port   int    `json:"port"`
		Source string `json:"source"` // a CIDR block or a security group
	}

	// TargetGroup holds addresses of tasks and checks their health.
	TargetGroup struct {
		VPC       string `json:"vpc"`
		Path      string `json:"path"`
		Interval  int    `json:"interval"` // seconds
		Timeout   int    `json:"timeout"`  // seconds
		Healthy   int    `json:"healthy"`
		Unhealthy int    `json:"unhealthy"`
		Expect    string `json:"expect"`
	}

	// TargetGroupAttributes is named after its target group.
	TargetGroupAttributes struct {
		TargetGroup string `json:"targetGroup"`
		Drain       int    `json:"drain"` // seconds
	}

	// LoadBalancer is an Application Load Balancer.
	LoadBalancer struct {
		Scheme         string   `json:"scheme"` // "internet-facing" or "internal"
		Subnets        []string `json:"subnets"`
		SecurityGroups []string `json:"securityGroups"`
	}

	// Listener answers 404 to what no rule matches. Its name is
	// "load-balancer:port".
	Listener struct {
		LoadBalancer string `json:"loadBalancer"`
		Port         int    `json:"port"`
		Protocol     string `json:"protocol"`
	}

	// Rule forwards to two target groups. Which of them serves is ECS's to
	// say: their weights are set when the rule is created and never again.
	// Its name is "load-balancer:port/role".
	Rule struct {
		Listener     string   `json:"listener"`
		Priority     int      `json:"priority"`
		Paths        []string `json:"paths"`
		TargetGroups []string `json:"targetGroups"` // the first one serves at first
	}
)
