package ecs

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/runtime"
	"photon/internal/engine/wire"
)

const (
	tasksPrincipal = "ecs-tasks.amazonaws.com"
	noAuth         = "ResourceInitializationError: unable to pull secrets or registry auth: "
)

// checkRole makes sure that the task's roles can be assumed at all.
func (a *agent) checkRole(work context.Context) error {
	for _, role := range []*string{a.definition.ExecutionRoleArn, a.definition.TaskRoleArn} {
		if aws.ToString(role) == "" {
			continue
		}
		if err := a.e.parts.Allowed(work, *role, tasksPrincipal, "", ""); err != nil {
			return notStarted("ECS was unable to assume the role '%s' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.", *role)
		}
	}
	return nil
}

// fetchSecrets gets the values of all containers' secrets.
func (a *agent) fetchSecrets(work context.Context) error {
	for _, c := range a.definition.ContainerDefinitions {
		for _, s := range c.Secrets {
			if _, ok := a.secrets[*s.ValueFrom]; ok {
				continue
			}
			value, err := a.secret(work, *s.ValueFrom)
			if err != nil {
				return err
			}
			a.secrets[*s.ValueFrom] = value
		}
	}
	return nil
}

// secret gets one value as the execution role.
func (a *agent) secret(work context.Context, from string) (string, error) {
	action, arn := permission(work, from)
	role := aws.ToString(a.definition.ExecutionRoleArn)
	err := a.e.parts.Allowed(work, role, tasksPrincipal, action, arn)
	if key := a.e.parts.Key(work, from); err == nil && key != "" {
		err = a.e.parts.Allowed(work, role, tasksPrincipal, "kms:Decrypt", key)
	}
	var value string
	if err == nil {
		value, err = a.e.parts.Secret(work, from)
	}
	switch {
	case err == nil:
		return value, nil
	case work.Err() != nil:
		return "", work.Err()
	case action == "ssm:GetParameters":
		return "", notStarted("%sexecution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): %s", noAuth, cause(err))
	}
	return "", notStarted("%sexecution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret %s from secrets manager: %s", noAuth, arn, cause(err))
}

// permission is what the execution role must be allowed to read a valueFrom.
func permission(ctx context.Context, from string) (action, arn string) {
	parts := strings.Split(from, ":")
	if len(parts) > 6 && parts[0] == "arn" && parts[2] == "secretsmanager" {
		return "secretsmanager:GetSecretValue", strings.Join(parts[:7], ":")
	}
	if parts[0] != "arn" {
		from = wire.From(ctx).ARN("ssm", "parameter/"+strings.TrimPrefix(from, "/"))
	}
	return "ssm:GetParameters", from
}

// login is what the registry of a container's image wants.
func (a *agent) login(work context.Context, c types.ContainerDefinition) (runtime.Auth, error) {
	if c.RepositoryCredentials != nil {
		return a.credentials(work, aws.ToString(c.RepositoryCredentials.CredentialsParameter))
	}
	auth, own := a.e.parts.PullAuth(work, *c.Image)
	if !own {
		return runtime.Auth{}, nil
	}
	for action, arn := range map[string]string{
		"ecr:GetAuthorizationToken": "*",
		"ecr:BatchGetImage":         wire.From(work).ARN("ecr", "repository/"+repository(*c.Image)),
	} {
		if err := a.e.parts.Allowed(work, aws.ToString(a.definition.ExecutionRoleArn), tasksPrincipal, action, arn); err != nil {
			return auth, notStarted("%sexecution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): %s", noAuth, cause(err))
		}
	}
	return auth, nil
}

// credentials reads the secret {"username", "password"} of a private registry.
func (a *agent) credentials(work context.Context, parameter string) (runtime.Auth, error) {
	if !strings.HasPrefix(parameter, "arn:") {
		parameter = wire.From(work).ARN("secretsmanager", "secret:"+parameter)
	}
	value, err := a.secret(work, parameter)
	if err != nil {
		return runtime.Auth{}, err
	}
	var login struct{ Username, Password string }
	if json.Unmarshal([]byte(value), &login) != nil || login.Username == "" {
		return runtime.Auth{}, notStarted("%sexecution resource retrieval failed: invalid registry credentials in secret %s: username and password are expected", noAuth, parameter)
	}
	return runtime.Auth{Username: login.Username, Password: login.Password}, nil
}

// repository is the name in an image reference, without registry and tag.
func repository(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if host, rest, ok := strings.Cut(image, "/"); ok && strings.ContainsAny(host, ".:") {
		image = rest
	}
	if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") {
		image = image[:i]
	}
	return image
}
