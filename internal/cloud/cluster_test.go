package cloud_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"photon/internal/cloud"
	"photon/internal/resource"
)

// clusterShown says another status of clusters than the engine, whose clusters
// are ACTIVE at once.
type clusterShown struct {
	next   http.RoundTripper
	status string
}

func (c *clusterShown) RoundTrip(request *http.Request) (*http.Response, error) {
	operation := operationOf(request)
	answer, err := c.next.RoundTrip(request)
	if err != nil || operation != "CreateCluster" && operation != "DescribeClusters" {
		return answer, err
	}
	text, err := io.ReadAll(answer.Body)
	text = bytes.Replace(text, []byte(`"status":"ACTIVE"`), []byte(`"status":"`+c.status+`"`), 1)
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	answer.Header.Del("X-Amz-Crc32")
	return answer, err
}

func TestAClusterIsWaitedForUntilItIsActive(t *testing.T) {
	for status, want := range map[string]string{
		"PROVISIONING": "cluster photon-prod: it is provisioning, waits true",
		"FAILED":       "cluster photon-prod: its capacity providers could not be attached, waits false",
	} {
		inWorld(t, func(w *world) {
			shown := &clusterShown{next: w.transport.next, status: status}
			w.transport.next = shown
			for range 2 { // the second run finds the cluster half made
				p, _ := w.planned(owner, orders(nil))
				for _, step := range p.Steps {
					if step.Key().Kind != resource.KindCluster {
						continue
					}
					err := w.account.Do(w.Context(), step)
					var refused *cloud.StepError
					if !errors.As(err, &refused) {
						t.Fatalf("%s: %v", status, err)
					}
					w.compare(status, fmt.Sprintf("%v, waits %v", err, refused.Waiting), want)
				}
			}
			p, _ := w.planned(owner, nil)
			w.compare("left to delete", fmt.Sprint(len(p.Steps)), "1")
			shown.status = "ACTIVE"
			w.compare("left", w.terminate(owner), "")
		})
	}
}
