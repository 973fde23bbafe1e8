package spec

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// otherNames are what other tools call a key, in lower case and without hyphens
// and underscores.
var otherNames = map[string]string{
	"replicas": "scale", "count": "scale", "desiredcount": "scale", "numreplicas": "scale", "instances": "scale", "tasks": "scale",
	"environment": "env", "environmentvariables": "env", "variables": "env", "vars": "env", "envvars": "env",
	"containerport": "port", "targetport": "port", "internalport": "port", "ports": "port", "expose": "port", "portmappings": "port",
	"cpuunits": "cpu", "vcpu": "cpu", "vcpus": "cpu", "cpus": "cpu",
	"mem": "memory", "ram": "memory", "memorylimit": "memory", "memorymb": "memory",
	"disk": "storage", "ephemeralstorage": "storage",
	"architecture": "arch", "platform": "arch", "cpuarchitecture": "arch", "runtimeplatform": "arch",
	"health": "http.health", "healthcheck": "http.health", "healthcheckpath": "http.health.path",
	"readonlyrootfilesystem": "readOnly", "readonlyfs": "readOnly",
	"cmd": "command", "args": "command", "run": "command",
	"service": "name", "servicename": "name", "app": "name",
	"iam": "permissions", "policies": "permissions", "policy": "permissions", "taskrole": "permissions", "statements": "permissions",
	"log": "logs", "logging": "logs", "logconfiguration": "logs",
	"vpc": "network", "networking": "network", "networkconfiguration": "network",
	"stopgraceperiod": "stopTimeout", "terminationgraceperiodseconds": "stopTimeout", "killtimeout": "stopTimeout",
	"deployment": "deploy", "deploymentconfiguration": "deploy", "minimumhealthypercent": "deploy.min", "maximumpercent": "deploy.max",
	"services": "workloads", "containers": "workloads", "processes": "workloads", "roles": "workloads",
	"stages": "environments", "profiles": "environments", "destinations": "environments", "envs": "environments",
	"repositorycredentials": "registry.credentials", "imagepullsecrets": "registry.credentials",
	"include": "extends", "extend": "extends", "base": "extends", "imports": "extends",
	"minhealthy": "min", "maxsurge": "max", "deregistrationdelay": "drain", "drainingtimeout": "drain",
	"healthythreshold": "healthy", "unhealthythreshold": "unhealthy", "matcher": "expect", "successcodes": "expect",
	"graceperiod": "grace", "startperiod": "start", "assignpublicip": "publicIp", "private": "internal",
}

// otherValues are what other tools call a value.
var otherValues = map[string]string{
	"x8664": "amd64", "x86": "amd64", "x64": "amd64", "intel": "amd64",
	"aarch64": "arm64", "arm": "arm64", "graviton": "arm64",
	"awslogs": "cloudwatch",
}

// unknownKey is the problem of a key that its object does not have.
func unknownKey(n *node, m member, t reflect.Type) Problem {
	return m.problem(n, faultf(keyHint(m.key, t), "unknown key"))
}

// keyHint says what may have been meant: another tool's word, the same word in
// another spelling or another place, or a slip of the finger.
func keyHint(name string, t reflect.Type) string {
	var names []string
	for _, k := range keysOf(t) {
		names = append(names, k.name)
	}
	other := otherNames[fold(name)]
	if first, _, _ := strings.Cut(other, "."); slices.Contains(names, first) {
		return didYouMean(other)
	}
	for _, known := range names {
		if fold(known) == fold(name) {
			return didYouMean(known)
		}
	}
	if hint := otherPlace(name); hint != "" {
		return hint
	}
	if best := closest(name, names, nil); best != "" {
		return didYouMean(best)
	}
	if len(names) <= 12 {
		return "the keys here: " + strings.Join(names, ", ")
	}
	return ""
}

// otherPlace says where a key by that name stands.
func otherPlace(name string) string {
	switch paths := elsewhere(name, reflect.TypeFor[file](), ""); {
	case slices.Contains(paths, name) && has(reflect.TypeFor[process](), name):
		return quoted(name) + " stands at the top of the file, or in a workload"
	case slices.Contains(paths, name):
		return quoted(name) + " stands at the top of the file"
	case len(paths) > 0 && len(paths) <= 3:
		return didYouMean(paths...)
	}
	return ""
}

func didYouMean(paths ...string) string {
	for i, path := range paths {
		paths[i] = quoted(path)
	}
	return "did you mean " + strings.Join(paths, " or ") + "?"
}

func quoted(s string) string { return strconv.Quote(s) }

// fold takes the spelling out of a word.
func fold(word string) string {
	return strings.NewReplacer("-", "", "_", "", ".", "").Replace(strings.ToLower(word))
}

// elsewhere lists the paths of a key by that name, workloads and patches apart:
// they repeat the rest.
func elsewhere(name string, t reflect.Type, path string) []string {
	var found []string
	for _, k := range keysOf(t) {
		at := join(path, k.name)
		if k.name == name {
			found = append(found, at)
		}
		inner, ok := k.object()
		if !ok || k.typ.Kind() == reflect.Map || inner == reflect.TypeFor[fileRaw]() {
			continue
		}
		if k.typ.Kind() == reflect.Slice {
			at += "[0]"
		}
		found = append(found, elsewhere(name, inner, at)...)
	}
	return found
}

// longestWord bounds the work of comparing; no key is half as long.
const longestWord = 40

// closest returns the word that was meant: another tool's, or one that is a slip
// of the finger away. It is empty when nothing is near.
func closest(word string, words []string, others map[string]string) string {
	if other := others[fold(word)]; slices.Contains(words, other) {
		return other
	}
	if len(word) > longestWord {
		return ""
	}
	best, least := "", 1+min(2, max(1, len(word)/3))
	for _, w := range words {
		if d := distance(strings.ToLower(word), strings.ToLower(w)); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance counts the letters to add, take away, replace or swap with their
// neighbour to turn a into b.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
