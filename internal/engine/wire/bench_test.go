package wire

import (
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func BenchmarkDescribeServices(b *testing.B) {
	var got any
	mux := answering(nil, &got)
	body := `{"cluster":"c","services":["a","b"]}`
	for b.Loop() {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=A/20260102/us-east-1/ecs/aws4_request")
		r.Header.Set("X-Amz-Target", ecsServices)
		mux.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// A service with every member set is larger than any that there is.
func BenchmarkEncodeFullService(b *testing.B) {
	out := ecs.DescribeServicesOutput{Services: make([]ecstypes.Service, 1)}
	newRandom(1).fill(reflect.ValueOf(&out.Services[0]).Elem())
	r := &request{model: catalog["ecs"]}
	b.SetBytes(int64(len(jsonCodec{}.result(r, reflect.ValueOf(out)).body)))
	for b.Loop() {
		jsonCodec{}.result(r, reflect.ValueOf(out))
	}
}
