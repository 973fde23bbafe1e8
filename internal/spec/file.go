package spec

// The types below mirror the deployment file, key by key: the decoder, the
// schema and the reference in docs/ all read their tags.
//
//	json      the key
//	doc       what it means, in a sentence
//	default   the value when it is absent, as in the file
//	example   one that helps when the type is wrong
//	required  it may not be absent
//	syntax    of a string, or of each string of a list: a name in syntaxes
//	keys      the syntax of the keys of a map
//	enum      the strings that are allowed
//	range     least..most, each as in the file; either may be absent
//	items     least..most entries of a list

// file is the whole deployment file.
type file struct {
	Schema  string `json:"$schema" doc:"Where editors find the JSON Schema. Photon does not read it."`
	Extends paths  `json:"extends" example:"\"../base.json\"" doc:"A file, or a list of files, that this one is merged over. Relative to this file."`
	settings
	Environments map[string]settings `json:"environments" keys:"environment" doc:"Per environment, what is merged over the rest. With any, --env is required."`
}

// settings are what an environment may change.
type settings struct {
	head
	process
	Workloads map[string]process `json:"workloads" keys:"workload" doc:"The processes of the service. Each takes over what stands at the top of the file. Without this block the service is one process."`
}

// head is what all processes of a service share.
type head struct {
	Name      string      `json:"name" required:"true" syntax:"name" example:"\"orders\"" doc:"The name of the service."`
	Instance  string      `json:"instance" syntax:"instance" example:"\"pr-7\"" doc:"One more copy of the service in the same environment. --instance wins over it."`
	Protected bool        `json:"protected" doc:"Ask before anything is changed or deleted."`
	AWS       fileAWS     `json:"aws" doc:"Where the service may be deployed. Checked before anything happens."`
	Network   fileNetwork `json:"network" doc:"Network parts that exist already. By default the default VPC is used."`
}

type fileAWS struct {
	Region  string `json:"region" syntax:"region" example:"\"eu-west-1\"" doc:"The only region that is accepted."`
	Account string `json:"account" syntax:"account" example:"\"111111111111\"" doc:"The only account that is accepted."`
}

type fileNetwork struct {
	Subnets             []string `json:"subnets" syntax:"subnet" items:"1.." example:"[\"subnet-0a1b2c3d\"]" doc:"Where tasks run."`
	LoadBalancerSubnets []string `json:"loadBalancerSubnets" syntax:"subnet" items:"2.." example:"[\"subnet-0a1b2c3d\", \"subnet-4e5f6a7b\"]" doc:"Where load balancers stand; two availability zones at least. By default the same as subnets."`
	SecurityGroups      []string `json:"securityGroups" syntax:"securityGroup" items:"..4" example:"[\"sg-0a1b2c3d\"]" doc:"Given to tasks besides the one that Photon makes."`
	PublicIP            *bool    `json:"publicIp" doc:"Whether tasks have a public address. By default they do in the default VPC, where nothing else lets them reach the internet."`
}

// process is one workload, or what all of them have in common.
type process struct {
	Image       image              `json:"image" required:"true" example:"\"registry.example.com/orders:1.4.2\"" doc:"The image. Its tag is resolved to a digest, and the digest is deployed."`
	Registry    fileRegistry       `json:"registry" doc:"How to reach a private registry that is not ECR."`
	CPU         vcpu               `json:"cpu" default:"0.25" doc:"Number of vCPUs."`
	Memory      size               `json:"memory" example:"\"1GB\"" doc:"Memory. By default the least that Fargate has for the cpu."`
	Storage     size               `json:"storage" range:"20GB..200GB" example:"\"30GB\"" doc:"Ephemeral storage. Fargate gives 20GB by default."`
	Arch        string             `json:"arch" enum:"amd64,arm64" default:"amd64" doc:"The CPU architecture of the image."`
	Spot        bool               `json:"spot" doc:"Run on Fargate Spot: cheaper, and a task may be taken away with two minutes' notice."`
	Port        *int               `json:"port" range:"1..65535" example:"8080" doc:"Short for http.port. Only in a file without workloads, or inside a workload."`
	HTTP        *fileHTTP          `json:"http" example:"{\"port\": 8080}" doc:"Makes the process reachable through a load balancer. Only in a file without workloads, or inside a workload."`
	Check       *fileCheck         `json:"check" example:"{\"command\": [\"healthcheck\"]}" doc:"The container's own health check."`
	Entrypoint  []string           `json:"entrypoint" example:"[\"/bin/app\"]" doc:"Instead of the image's entrypoint."`
	Command     []string           `json:"command" example:"[\"serve\"]" doc:"Instead of the image's command. Only in a file without workloads, or inside a workload."`
	User        string             `json:"user" syntax:"user" example:"\"1000:1000\"" doc:"Instead of the image's user: a name or number, and a group."`
	ReadOnly    bool               `json:"readOnly" doc:"Make the root file system read-only."`
	StopTimeout duration           `json:"stopTimeout" range:"2s..120s" default:"30s" doc:"How long a container may take to stop before it is killed."`
	Env         map[string]literal `json:"env" keys:"variable" example:"{\"LOG_LEVEL\": \"info\"}" doc:"Environment variables. Numbers and booleans become strings."`
	Secrets     map[string]secret  `json:"secrets" keys:"variable" example:"{\"API_KEY\": \"ssm:/orders/api-key\"}" doc:"Environment variables whose values stay in Secrets Manager or SSM Parameter Store."`
	Logs        fileLogs           `json:"logs" default:"{}" doc:"Where output goes."`
	Scale       int                `json:"scale" range:"0..5000" default:"1" example:"2" doc:"Number of tasks."`
	Deploy      fileDeploy         `json:"deploy" default:"{}" doc:"How a new version takes over."`
	Permissions []filePermission   `json:"permissions" example:"[{\"actions\": [\"s3:GetObject\"], \"resources\": [\"*\"]}]" doc:"What the containers may do on AWS."`
	Raw         fileRaw            `json:"raw" doc:"For the one field that Photon does not model: patches of the final API inputs."`
}

type fileRegistry struct {
	Credentials *secret `json:"credentials" example:"\"secretsmanager:registry/readonly\"" doc:"A secret in Secrets Manager: JSON with username and password."`
}

type fileHTTP struct {
	Port     *int       `json:"port" range:"1..65535" example:"8080" doc:"The port that the container listens on. Required."`
	Internal bool       `json:"internal" doc:"Not reachable from the internet."`
	Drain    duration   `json:"drain" range:"0s..1h" default:"20s" doc:"How long requests may finish on a task that is leaving."`
	Health   fileHealth `json:"health" default:"{}" example:"{\"path\": \"/healthz\"}" doc:"The load balancer's check of a task."`
}

type fileHealth struct {
	Path      string   `json:"path" syntax:"path" default:"/" example:"\"/healthz\"" doc:"What is asked for."`
	Interval  duration `json:"interval" range:"5s..300s" default:"10s" doc:"Between two checks."`
	Timeout   duration `json:"timeout" range:"2s..120s" example:"\"5s\"" doc:"How long an answer may take; less than interval. By default 5s, or a second less than a short interval."`
	Healthy   int      `json:"healthy" range:"2..10" default:"2" doc:"Passes in a row until a task is healthy again."`
	Unhealthy int      `json:"unhealthy" range:"2..10" default:"3" doc:"Failures in a row until a task is unhealthy."`
	Expect    codes    `json:"expect" default:"\"200-399\"" doc:"Status codes that pass: \"200\", \"200-299\", \"200,204\"."`
	Grace     duration `json:"grace" range:"0s..2h" default:"60s" doc:"After a task's start, failures do not count for so long."`
}

type fileCheck struct {
	Command  []string `json:"command" required:"true" items:"1.." example:"[\"healthcheck\"]" doc:"What to run in the container; 0 is healthy. No shell is involved."`
	Interval duration `json:"interval" range:"5s..300s" default:"10s" doc:"Between two checks."`
	Timeout  duration `json:"timeout" range:"2s..60s" default:"5s" doc:"How long a check may take."`
	Retries  int      `json:"retries" range:"1..10" default:"3" doc:"Failures in a row until the container is unhealthy."`
	Start    duration `json:"start" range:"0s..300s" default:"0s" doc:"After the container's start, failures do not count for so long."`
}

type fileLogs struct {
	To []fileLog `json:"to" items:"1..1" default:"[{\"type\": \"cloudwatch\"}]" doc:"The destinations; one for now."`
}

type fileLog struct {
	Type      string    `json:"type" required:"true" enum:"cloudwatch" doc:"CloudWatch Logs."`
	Retention retention `json:"retention" default:"30d" doc:"How long logs are kept: one of CloudWatch's values."`
	Keep      bool      `json:"keep" doc:"Keep the logs when the service is terminated."`
}

type fileDeploy struct {
	Strategy string  `json:"strategy" enum:"rolling" default:"rolling" doc:"rolling replaces tasks a few at a time."`
	Min      percent `json:"min" range:"0..100" default:"100" doc:"Share of scale that keeps serving meanwhile."`
	Max      percent `json:"max" range:"100..1000" default:"200" doc:"Share of scale that may run meanwhile."`
}

type filePermission struct {
	Actions   []string `json:"actions" required:"true" items:"1.." syntax:"action" example:"[\"s3:GetObject\"]" doc:"IAM actions."`
	Resources []string `json:"resources" required:"true" items:"1.." syntax:"resource" example:"[\"arn:aws:s3:::orders/*\"]" doc:"ARNs, or *."`
}

type fileRaw struct {
	TaskDefinition []filePatch `json:"taskDefinition" doc:"RFC 6902 operations on the input of RegisterTaskDefinition."`
	Service        []filePatch `json:"service" doc:"RFC 6902 operations on the input of CreateService and UpdateService."`
}

type filePatch struct {
	Op    string `json:"op" required:"true" enum:"add,remove,replace,move,copy,test" doc:"The operation."`
	Path  string `json:"path" required:"true" syntax:"pointer" example:"\"/containerDefinitions/0/ulimits\"" doc:"Where, as a JSON Pointer."`
	From  string `json:"from" syntax:"pointer" example:"\"/containerDefinitions/0/ulimits\"" doc:"Of move and copy: from where."`
	Value any    `json:"value" doc:"Of add, replace and test: the value."`
}
