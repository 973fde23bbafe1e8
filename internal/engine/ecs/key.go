package ecs

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photon/internal/engine/wire"
)

// ref is the name behind a reference that is a name or an ARN: the last part.
func ref(reference *string) string {
	text := aws.ToString(reference)
	if !strings.HasPrefix(text, "arn:") {
		return text
	}
	return text[strings.LastIndex(text, "/")+1:]
}

// clusterRef is the name of the cluster meant; none means "default".
func clusterRef(reference *string) string {
	if name := ref(reference); name != "" {
		return name
	}
	return "default"
}

// resource is what an ARN of this world names: "service" and "cluster/name".
// It is false for anything that is not an ECS ARN of the call's world.
func resource(ctx context.Context, arn string) (kind, path string, ok bool) {
	rest, ok := strings.CutPrefix(arn, wire.From(ctx).ARN("ecs", ""))
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, "/")
}

// rowKey is the key of the row that an ARN of the kind names; false when the
// ARN names something else.
func rowKey(ctx context.Context, arn, kind string) (string, bool) {
	got, path, ok := resource(ctx, arn)
	return wire.From(ctx).World() + path, ok && got == kind
}

// as gives control loops, which nobody called, the world of the row at key.
func as(ctx context.Context, key string) context.Context {
	parts := strings.SplitN(key, "/", 3)
	return wire.With(ctx, wire.Call{Service: "ecs", Account: parts[0], Region: parts[1]})
}

// path is a key without its world: "cluster/service/id".
func path(key string) string { return strings.SplitN(key, "/", 3)[2] }

// last is the part of a key or ARN after the last slash.
func last(key string) string { return key[strings.LastIndex(key, "/")+1:] }

func definitionKey(world, family string, revision int32) string {
	return fmt.Sprintf("%s%s:%08d", world, family, revision)
}

// newID makes a task id: 32 hexadecimal digits.
func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// newUUID makes an id in the form that attachments and events have.
func newUUID() string {
	id := newID()
	return strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")
}

// newNumber makes an id of a revision: 19 decimal digits.
func newNumber() string {
	n, _ := rand.Int(rand.Reader, big.NewInt(8_999_999_999_999_999_999))
	return n.Add(n, big.NewInt(1_000_000_000_000_000_000)).String()
}

// newWord makes an id of a service deployment: 21 letters and digits.
func newWord() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 21)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}
