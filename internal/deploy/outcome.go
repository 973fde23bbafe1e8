package deploy

import (
	"cmp"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"photon/internal/rollout"
)

// End says how a run ended.
type End string

// The ends. After Interrupted, TimedOut and Detached the rollouts go on in
// ECS, and what the plan wanted to clean up is left to the next run.
const (
	Done        End = "done" // everything is as the plan says
	RolledBack  End = "rolled back"
	Failed      End = "failed"
	Stopped     End = "stopped"
	Superseded  End = "superseded"
	Interrupted End = "interrupted"
	TimedOut    End = "timed out"
	Detached    End = "detached"
)

// Outcome is how a run ended, for the whole and for each workload whose
// rollout was watched.
type Outcome struct {
	End       End
	Workloads []Workload // by name
	Addresses []Address  // of HTTP workloads, when they serve
	Took      time.Duration
}

// Workload is how the rollout of one workload ended.
type Workload struct {
	Name        string
	Service     string // name in ECS
	Deployment  string // ARN of the service deployment
	Verdict     rollout.Verdict
	Reason      string // in short; may be empty
	Explanation rollout.Explanation
}

// Ended reports whether the rollout came to an end while it was watched.
func (w Workload) Ended() bool { return w.Verdict != "" }

// Address is where an HTTP workload is reached.
type Address struct {
	Workload string
	Host     string // a DNS name, which may come with a port of its own
	Port     int
}

// URL is the address as curl takes it.
func (a Address) URL() string {
	host := a.Host
	if a.Port != 80 && !strings.Contains(host, ":") {
		host = net.JoinHostPort(host, strconv.Itoa(a.Port))
	}
	return "http://" + host
}

// endOf is the worst end of the workloads.
func endOf(workloads []Workload) End {
	worst := []struct {
		verdict rollout.Verdict
		end     End
	}{
		{rollout.Failed, Failed}, {rollout.RolledBack, RolledBack},
		{rollout.Stopped, Stopped}, {rollout.Superseded, Superseded},
	}
	for _, w := range worst {
		if slices.ContainsFunc(workloads, func(workload Workload) bool { return workload.Verdict == w.verdict }) {
			return w.end
		}
	}
	return Done
}

func byName(a, b Workload) int { return cmp.Compare(a.Name, b.Name) }
