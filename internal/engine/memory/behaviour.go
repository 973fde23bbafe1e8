package memory

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// behaviour is what a container's environment tells it to do.
type behaviour struct {
	run            time.Duration // valid when ends
	ends           bool
	exit           int
	oom            bool
	startError     string
	listenAfter    time.Duration
	port           uint16 // 0: any
	status         int
	latency        time.Duration
	healthyAfter   time.Duration // 0: after one interval
	unhealthy      bool
	unhealthyAfter time.Duration // 0: never
	log            []string
	ignoreTerm     bool
	cpu, used      int // thousandths of a core, MiB
}

// behave reads the environment; a value that cannot be read is an error, so
// that a test with a slip of the pen does not pass by accident.
func behave(env map[string]string) (behaviour, error) {
	b := behaviour{status: 200, oom: env["MEMORY_OOM"] == "1", startError: env["MEMORY_START_ERROR"],
		unhealthy: env["MEMORY_UNHEALTHY"] == "1", ignoreTerm: env["MEMORY_IGNORE_SIGTERM"] == "1"}
	if b.oom {
		b.ends, b.exit = true, 137
	}
	if text := env["MEMORY_LOG"]; text != "" {
		b.log = strings.Split(strings.ReplaceAll(text, `\n`, "\n"), "\n")
	}
	_, b.ends = env["MEMORY_RUN"]
	b.ends = b.ends || b.oom || env["MEMORY_EXIT"] != ""
	return b, b.read(env)
}

func (b *behaviour) read(env map[string]string) error {
	for name, into := range map[string]*time.Duration{
		"MEMORY_RUN": &b.run, "MEMORY_LISTEN_AFTER": &b.listenAfter, "MEMORY_LATENCY": &b.latency,
		"MEMORY_HEALTHY_AFTER": &b.healthyAfter, "MEMORY_UNHEALTHY_AFTER": &b.unhealthyAfter,
	} {
		if env[name] == "" {
			continue
		}
		value, err := time.ParseDuration(env[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		*into = value
	}
	return b.readNumbers(env)
}

func (b *behaviour) readNumbers(env map[string]string) error {
	for name, into := range map[string]*int{
		"MEMORY_EXIT": &b.exit, "MEMORY_STATUS": &b.status, "MEMORY_CPU": &b.cpu, "MEMORY_USED": &b.used,
	} {
		if env[name] == "" {
			continue
		}
		value, err := strconv.Atoi(env[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		*into = value
	}
	if env["MEMORY_PORT"] == "" {
		return nil
	}
	port, err := strconv.ParseUint(env["MEMORY_PORT"], 10, 16)
	if err != nil {
		return fmt.Errorf("MEMORY_PORT: %w", err)
	}
	b.port = uint16(port)
	return nil
}
