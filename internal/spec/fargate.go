package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// vcpu is a number of vCPUs, counted in units of 1/1024.
type vcpu int

// memoryOf is Fargate's table of task sizes: for each number of CPU units, the
// least and the most memory and the step between, in MiB. See "Task CPU and
// memory" in the Amazon ECS developer guide.
var memoryOf = []struct{ cpu, least, most, step int }{
	{256, 512, 2048, 0},
	{512, 1024, 4096, 1024},
	{1024, 2048, 8192, 1024},
	{2048, 4096, 16384, 1024},
	{4096, 8192, 30720, 1024},
	{8192, 16384, 61440, 4096},
	{16384, 32768, 122880, 8192},
	{32768, 61440, 249856, 0},
}

// memories lists the two rows of the table that have no step.
var memories = map[int][]int{
	256:   {512, 1024, 2048},
	32768: {61440, 122880, 249856},
}

func (c *vcpu) read(n *node) *fault {
	value, err := strconv.ParseFloat(n.text, 64)
	if err != nil || n.kind != number && !(n.kind == text && n.loose()) {
		hint := ""
		if err == nil && n.kind == text {
			hint = "write " + n.text + ", without quotes"
		}
		return n.expects("a number of vCPUs such as 0.25", hint)
	}
	units := int(value * 1024)
	if memoryFor(units) == nil || float64(units) != value*1024 {
		return faultf(cpuHint(value), "Fargate has no %s vCPU: expects %s", n.text, cpus())
	}
	*c = vcpu(units)
	return nil
}

// cpuHint recognises a number of CPU units, as ECS counts them.
func cpuHint(value float64) string {
	if value > 32 && memoryFor(int(value)) != nil {
		return fmt.Sprintf("%v CPU units are %s vCPU", value, formatCPU(int(value)))
	}
	return ""
}

func cpus() string {
	var all []string
	for _, row := range memoryOf {
		all = append(all, formatCPU(row.cpu))
	}
	return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
}

func formatCPU(units int) string {
	return strconv.FormatFloat(float64(units)/1024, 'f', -1, 64)
}

// memoryFor lists the memory that Fargate has for a number of CPU units, in
// MiB; nil when it has no such CPU.
func memoryFor(units int) []int {
	for _, row := range memoryOf {
		if row.cpu != units {
			continue
		}
		if row.step == 0 {
			return memories[units]
		}
		var all []int
		for mib := row.least; mib <= row.most; mib += row.step {
			all = append(all, mib)
		}
		return all
	}
	return nil
}

// checkMemory holds a task size against the table.
func checkMemory(units, mib int) *fault {
	allowed := memoryFor(units)
	if slices.Contains(allowed, mib) {
		return nil
	}
	return faultf("", "Fargate has no %s with %s vCPU: expects %s", formatSize(mib), formatCPU(units), memoryText(allowed))
}

func memoryText(allowed []int) string {
	last := len(allowed) - 1
	if last < 3 {
		return fmt.Sprintf("%s, %s or %s", formatSize(allowed[0]), formatSize(allowed[1]), formatSize(allowed[2]))
	}
	step := allowed[1] - allowed[0]
	return fmt.Sprintf("%s to %s in steps of %s", formatSize(allowed[0]), formatSize(allowed[last]), formatSize(step))
}
