package resource

import (
	"encoding/json"
	"fmt"
	"strconv"

	"photon/internal/spec"
)

// addTaskDefinition adds a workload's task definition. Every member that
// Photon models is stated, empty ones too: a member that is not stated is
// AWS's to default and is not compared.
func (b *builder) addTaskDefinition(w spec.Workload, role Key) (Key, error) {
	release, err := json.Marshal(b.release)
	if err != nil {
		return Key{}, fmt.Errorf("release: %w", err)
	}
	family := FamilyName(b.spec, w.Name)
	document := Document{
		"family":                  family,
		"networkMode":             "awsvpc",
		"requiresCompatibilities": []any{"FARGATE"},
		"cpu":                     strconv.Itoa(w.CPU),
		"memory":                  strconv.Itoa(w.Memory),
		"ephemeralStorage":        storage(w),
		"runtimePlatform":         Document{"cpuArchitecture": architectures[w.Arch], "operatingSystemFamily": "LINUX"},
		"executionRoleArn":        b.execution.Ref(),
		"taskRoleArn":             role.Ref(),
		"containerDefinitions":    []any{b.container(w, string(release))},
	}
	document, err = patched(document, w.Raw.TaskDefinition, "raw.taskDefinition of "+w.Name)
	if err != nil {
		return Key{}, err
	}
	return b.own(KindTaskDefinition, family, document), nil
}

var architectures = map[string]string{"amd64": "X86_64", "arm64": "ARM64"}

func storage(w spec.Workload) any {
	if w.Storage == 0 {
		return nil
	}
	return Document{"sizeInGiB": w.Storage}
}

func (b *builder) container(w spec.Workload, release string) Document {
	return Document{
		"name":                   w.Name,
		"image":                  b.facts.Images[w.Image],
		"essential":              true,
		"entryPoint":             texts(w.Entrypoint),
		"command":                texts(w.Command),
		"user":                   w.User,
		"readonlyRootFilesystem": w.ReadOnly,
		"stopTimeout":            int(w.StopTimeout.Seconds()),
		"environment":            environment(w.Env),
		"secrets":                b.secrets(w),
		"portMappings":           ports(w),
		"healthCheck":            check(w.Check),
		"repositoryCredentials":  b.credentials(w),
		"logConfiguration":       b.logging(w),
		"dockerLabels":           Document{ReleaseLabel: release},
	}
}

func environment(env map[string]string) []any {
	list := []any{}
	for _, name := range sortedKeys(env) {
		list = append(list, Document{"name": name, "value": env[name]})
	}
	return list
}

func (b *builder) secrets(w spec.Workload) []any {
	list := []any{}
	for _, name := range sortedKeys(w.Secrets) {
		ref := w.Secrets[name]
		list = append(list, Document{"name": name, "valueFrom": valueFrom(ref, b.facts.Secrets[storeRef(ref)])})
	}
	return list
}

// valueFrom is the form in which ECS takes a secret: with a JSON key, all
// three colons must be there.
func valueFrom(ref spec.SecretRef, arn string) string {
	if ref.Key == "" {
		return arn
	}
	return arn + ":" + ref.Key + "::"
}

func ports(w spec.Workload) []any {
	if w.HTTP == nil {
		return []any{}
	}
	return []any{Document{"name": "http", "containerPort": w.HTTP.Port, "protocol": "tcp", "appProtocol": "http"}}
}

func check(c *spec.Check) any {
	if c == nil {
		return nil
	}
	return Document{
		"command":     append([]any{"CMD"}, texts(c.Command)...),
		"interval":    int(c.Interval.Seconds()),
		"timeout":     int(c.Timeout.Seconds()),
		"retries":     c.Retries,
		"startPeriod": int(c.Start.Seconds()),
	}
}

func (b *builder) credentials(w spec.Workload) any {
	if w.Credentials == nil {
		return nil
	}
	return Document{"credentialsParameter": b.facts.Secrets[storeRef(*w.Credentials)]}
}

func (b *builder) logging(w spec.Workload) Document {
	group := Key{KindLogGroup, LogGroupName(b.spec)}
	return Document{
		"logDriver": "awslogs",
		"options": Document{
			"awslogs-group":         group.Ref(),
			"awslogs-region":        b.facts.Region,
			"awslogs-stream-prefix": w.Name,
			"mode":                  "non-blocking",
			"max-buffer-size":       "25m",
		},
	}
}

// texts copies a list into plain JSON values.
func texts(list []string) []any {
	values := make([]any, 0, len(list))
	for _, text := range list {
		values = append(values, text)
	}
	return values
}
