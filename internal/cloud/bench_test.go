package cloud_test

import (
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"photon/internal/cloud"
	"photon/internal/engine"
	"photon/internal/engine/memory"
	"photon/internal/engine/state"
	"photon/internal/engine/wire"
	"photon/internal/resource"
	"photon/internal/spec"
)

// BenchmarkLook measures how long it takes to read what plans need, with 20 ms
// for each call: for one service, and for fifty side by side.
func BenchmarkLook(b *testing.B) {
	for _, services := range []int{1, 50} {
		b.Run(strconv.Itoa(services), func(b *testing.B) {
			b.Setenv("AWS_CA_BUNDLE", "")
			e := engine.New(state.Memory(), memory.New(), engine.Options{Listen: listen, Address: "engine.internal"})
			account, err := cloud.Open(b.Context(), cloud.Options{
				Region: "eu-central-1", Endpoint: "http://engine.internal",
				Credentials: credentials.NewStaticCredentialsProvider("123456789012", "secret", ""),
				HTTPClient:  &http.Client{Transport: &recorder{next: wire.Transport(e), latency: 20 * time.Millisecond}},
			})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				var looks sync.WaitGroup
				for i := range services {
					s := orders(nil)
					s.Name += strconv.Itoa(i)
					looks.Go(func() { lookAt(b, account, s) })
				}
				looks.Wait()
			}
		})
	}
}

func lookAt(b *testing.B, account *cloud.Account, s *spec.Spec) {
	facts := resource.Facts{
		Account: "123456789012", Region: "eu-central-1", Partition: "aws",
		Network: resource.Network{VPC: "vpc-1"}, Images: map[string]string{},
	}
	want, err := resource.Desired(s, facts, resource.Release{})
	if err == nil {
		_, err = account.Live(b.Context(), s.Owner(), want)
	}
	if err != nil {
		b.Error(err)
	}
}
