//go:build bench

package bench

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

const balancerLimit = 0.5 // of nginx

var metric = regexp.MustCompile(`([0-9.e+]+) (balancer-rps|nginx-rps|ratio)\b`)

// measureBalancer runs the balancer's own comparison with nginx.
func measureBalancer(t *testing.T) []row {
	for _, program := range []string{"nginx", "wrk"} {
		if _, err := exec.LookPath(program); err != nil {
			return []row{{"load balancer against nginx", program + " is not installed", "at least half", false}}
		}
	}
	text := output(t, exec.Command("go", "test", "-run", "^$", "-bench", "AgainstNginx", "-benchtime", "1x", "../engine/balancer"))
	found := map[string]float64{}
	for _, match := range metric.FindAllStringSubmatch(text, -1) {
		value, err := strconv.ParseFloat(match[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		found[match[2]] = value
	}
	if len(found) != 3 {
		t.Fatalf("want three numbers:\n%s", text)
	}
	return []row{{
		fmt.Sprintf("load balancer, 64 connections, 1 KB: %.0f requests a second to nginx's %.0f", found["balancer-rps"], found["nginx-rps"]),
		fmt.Sprintf("%.2f of nginx", found["ratio"]), "at least half", found["ratio"] >= balancerLimit,
	}}
}
