package ecs

import (
	"fmt"
	"strconv"
	"strings"
)

// size is a row of Fargate's table of task sizes: CPU units and the memory,
// in MiB, that goes with them.
type size struct {
	cpu, from, to, step int
}

// sizes follow AWS's "Fargate task CPU and memory"; 256 CPU units also take
// 512 MiB, and 32 vCPUs take three sizes that are no series.
var sizes = []size{
	{256, 1024, 2048, 1024},
	{512, 1024, 4096, 1024},
	{1024, 2048, 8192, 1024},
	{2048, 4096, 16384, 1024},
	{4096, 8192, 30720, 1024},
	{8192, 16384, 61440, 4096},
	{16384, 32768, 122880, 8192},
}

func fargateSize(cpu, memory int) bool {
	switch {
	case cpu == 256 && memory == 512:
		return true
	case cpu == 32768:
		return memory == 61440 || memory == 122880 || memory == 249856
	}
	for _, s := range sizes {
		if s.cpu == cpu {
			return memory >= s.from && memory <= s.to && memory%s.step == 0
		}
	}
	return false
}

// checkSize refuses a task size that Fargate does not have and returns the
// size in CPU units and MiB.
func checkSize(cpu, memory string) (int, int, error) {
	if cpu == "" {
		return 0, 0, refused("Fargate requires that 'cpu' be defined at the task level.")
	}
	if memory == "" {
		return 0, 0, refused("Fargate requires that 'memory' be defined at the task level.")
	}
	units, ok := amount(cpu, "VCPU")
	if !ok {
		return 0, 0, refused("Invalid 'cpu' setting for task.")
	}
	mib, ok := amount(memory, "GB")
	if !ok {
		return 0, 0, refused("Invalid 'memory' setting for task.")
	}
	if !fargateSize(units, mib) {
		return 0, 0, refused("No Fargate configuration exists for given values: %d CPU, %d memory. See the Amazon ECS documentation for the valid values.", units, mib)
	}
	return units, mib, nil
}

// amount reads "512" or, with the unit that stands for 1024, "0.5 vCPU".
func amount(text, unit string) (int, bool) {
	whole, ok := strings.CutSuffix(strings.ToUpper(strings.ReplaceAll(text, " ", "")), unit)
	if !ok {
		n, err := strconv.Atoi(text)
		return n, err == nil
	}
	f, err := strconv.ParseFloat(whole, 64)
	return int(f * 1024), err == nil && f*1024 == float64(int(f*1024))
}

// coresOf turns the CPU units of a task into cores.
func coresOf(units string) float64 {
	n, _ := strconv.Atoi(units)
	return float64(n) / 1024
}

// bytesOf turns MiB into bytes.
func bytesOf(mib string) int64 {
	n, _ := strconv.ParseInt(mib, 10, 64)
	return n << 20
}

func text(n int) *string {
	s := fmt.Sprint(n)
	return &s
}
