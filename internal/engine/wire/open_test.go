package wire

import (
	"context"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Handlers read documents as the SDK's users do.
func TestADocumentReachesItsHandler(t *testing.T) {
	service := NewService("ecs")
	var details map[string]any
	Op(service, "UpdateService", func(_ context.Context, in *ecs.UpdateServiceInput) (*ecs.UpdateServiceOutput, error) {
		return &ecs.UpdateServiceOutput{}, in.DeploymentConfiguration.LifecycleHooks[0].HookDetails.UnmarshalSmithyDocument(&details)
	})
	resp := ask(t, NewMux(service), "/", target("ecs", "AmazonEC2ContainerServiceV20141113.UpdateService"),
		`{"service":"s","deploymentConfiguration":{"lifecycleHooks":[{"hookDetails":{"a":[true,"x"]}}]}}`)
	want := map[string]any{"a": []any{true, "x"}}
	if answer := text(t, resp); resp.StatusCode != 200 || !reflect.DeepEqual(details, want) {
		t.Errorf("got %s, details %v", answer, details)
	}
}

func TestUnionsAreStrict(t *testing.T) {
	names := lowerNames(nil)
	cases := []struct {
		name string
		src  any
		want string
	}{
		{"known", map[string]any{"logLevel": "debug"}, ""},
		{"unknown", map[string]any{"foo": "x"}, `unknown member "foo" of ServiceConnectContainerConfiguration`},
		{"empty", map[string]any{}, "expected an object with one member, found an object"},
		{"wrong type", map[string]any{"logLevel": true}, `member "logLevel": expected a string, found a boolean`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var union ecstypes.ServiceConnectContainerConfiguration
			got := ""
			if err := names.fill(reflect.ValueOf(&union).Elem(), c.src); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
