package cli

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// copies are copies of one service that live side by side.
var copies = map[string][][]string{
	"instances":    {{"--instance", "one"}, {"--instance", "two"}, nil},
	"environments": {{"--env", "beta"}, {"--env", "production"}},
}

func TestCopiesOfAServiceDoNotKnowEachOther(t *testing.T) {
	for name, flags := range copies {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.push("orders", "1")
				environments := ""
				if name == "environments" {
					environments = `, "environments": { "beta": {}, "production": { "env": { "LEVEL": "warn" } } }`
				}
				path := w.file("copies.json", `{ "name": "orders", "image": "`+worldRegistry+`/orders:1", "port": 8080`+environments+` }`)
				states := []string{w.census()}
				addresses := map[string]bool{}
				for _, of := range flags {
					addresses[w.deploys(path, of...).out] = true
					states = append(states, w.census())
				}
				if len(addresses) != len(flags) {
					w.Errorf("%d copies have the addresses %v", len(flags), addresses)
				}
				for _, of := range flags {
					w.says(w.deploys(path, of...).err, "Nothing to do")
				}
				for i := len(flags) - 1; i >= 0; i-- {
					w.deploys(path, append([]string{"--terminate"}, flags[i]...)...)
					w.same(fmt.Sprintf("after %v", flags[i]), w.census(), states[i])
				}
			})
		})
	}
}

// fleet writes the files of n services and returns the pattern of their paths.
func (w *world) fleet(n int) string {
	w.Helper()
	for i := range n {
		w.file(fmt.Sprintf("fleet-%02d.json", i), fmt.Sprintf(
			`{ "name": "service-%02d", "image": "%s/orders:1", "port": 8080 }`, i, worldRegistry))
	}
	return w.folder + "/fleet-*.json"
}

func TestSeveralFilesAreDeployedSideBySide(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		empty := w.census()
		files := w.fleet(5)
		began := time.Now()
		r := w.deploys(files)
		if took := time.Since(began); took > 30*time.Second {
			w.Errorf("five services took %v", took)
		}
		for i := range 5 {
			owner := fmt.Sprintf("service-%02d/default", i)
			if !strings.Contains(w.portrait(owner), "web runs 1 of 1 tasks") {
				w.Errorf("%s does not run:\n%s", owner, r.err)
			}
		}
		again := w.deploys(files)
		w.same("changing calls", names(mutating(again.calls)), "")
		w.deploys(files, "--terminate")
		w.same("what is in the account", w.census(), empty)
	})
}

// One service of several fails; the others take over.
func TestOneOfSeveralMayFail(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		w.push("orders", "2")
		files := w.fleet(3)
		r := w.ends(w.photon("--file", files, "--file", w.failing(failures["exits"].extra)), exitRolledBack)
		w.says(r.err, "web failed: container web crashed (exit code 3)")
		if n := strings.Count(r.err, "web succeeded"); n != 3 {
			w.Errorf("%d of 3 succeeded:\n%s", n, r.err)
		}
	})
}

// Fifty files that have nothing to do take about as long as one.
func TestFiftyFilesArePlannedTogether(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		files := w.fleet(50)
		w.deploys(files)
		one, began := w.timed("plan", "--file", w.folder+"/fleet-00.json")
		alone := time.Since(began)
		w.says(one.out, "Nothing to do")
		all, began := w.timed("plan", "--file", files)
		together := time.Since(began)
		if n := strings.Count(all.out, "Nothing to do"); n != 50 {
			w.Errorf("%d of 50 plans are empty:\n%s", n, all.out)
		}
		if together > 5*alone {
			w.Errorf("one file takes %v, fifty take %v", alone, together)
		}
	})
}
