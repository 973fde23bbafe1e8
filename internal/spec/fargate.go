package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// vcpu is a number of vCPUs, counted in units of 1/1024.
type vcpu int

// taskSizes is Fargate's table: for each number of CPU units, the memory there
// is, in MiB. See "Task CPU and memory" in the Amazon ECS developer guide.
var taskSizes = []struct {
	cpu    int
	memory []int
}{
	{256, []int{512, 1024, 2048}},
	{512, gigabytes(1, 4, 1)},
	{1024, gigabytes(2, 8, 1)},
	{2048, gigabytes(4, 16, 1)},
	{4096, gigabytes(8, 30, 1)},
	{8192, gigabytes(16, 60, 4)},
	{16384, gigabytes(32, 120, 8)},
	{32768, []int{60 * 1024, 120 * 1024, 244 * 1024}},
}

func gigabytes(least, most, step int) []int {
	var all []int
	for gb := least; gb <= most; gb += step {
		all = append(all, gb*1024)
	}
	return all
}

func (c *vcpu) read(n *node) *fault {
	value, err := strconv.ParseFloat(n.text, 64)
	if err != nil || n.kind != kindNumber && !(n.kind == kindText && n.loose()) {
		hint := ""
		if err == nil && n.kind == kindText {
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
	for _, row := range taskSizes {
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
	for _, row := range taskSizes {
		if row.cpu == units {
			return row.memory
		}
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
