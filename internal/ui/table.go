package ui

import (
	"fmt"
	"hash/fnv"
	"image/color"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
)

// StatusRow is one workload of a service as it is now.
type StatusRow struct {
	Workload   string        `json:"workload"`
	Image      string        `json:"image"`
	Running    int           `json:"running"`
	Desired    int           `json:"desired"`
	Deployment string        `json:"deployment"` // in ECS's words
	Age        time.Duration `json:"-"`          // of the deployment
	Address    string        `json:"address,omitempty"`
	Commit     string        `json:"commit,omitempty"` // of the release
	Author     string        `json:"author,omitempty"`
	Tasks      []TaskRow     `json:"tasks,omitempty"`
}

// TaskRow is one task of a workload that has not stopped.
type TaskRow struct {
	ID     string `json:"id"`
	Status string `json:"status"` // in ECS's words
	Health string `json:"health"`
	Zone   string `json:"zone"`
	New    bool   `json:"new"` // of the version that counts
}

// Status shows the workloads of a service, and their tasks, as tables.
func (s Screen) Status(rows []StatusRow) {
	s.workloads(rows)
	s.tasks(rows)
}

func (s Screen) tasks(rows []StatusRow) {
	table := [][]string{{"TASK", "WORKLOAD", "STATUS", "HEALTH", "VERSION", "ZONE"}}
	for _, row := range rows {
		for _, task := range row.Tasks {
			version := "old"
			if task.New {
				version = "new"
			}
			table = append(table, []string{task.ID, row.Workload, task.Status, task.Health, version, task.Zone})
		}
	}
	if len(table) == 1 {
		return
	}
	fmt.Fprintln(s.Data)
	for _, line := range align(table) {
		fmt.Fprintln(s.Data, line)
	}
}

func (s Screen) workloads(rows []StatusRow) {
	table := [][]string{{"WORKLOAD", "TASKS", "DEPLOYMENT", "AGE", "IMAGE", "ADDRESS"}}
	for _, row := range rows {
		tasks := fmt.Sprintf("%d/%d", row.Running, row.Desired)
		table = append(table, []string{row.Workload, tasks, row.Deployment, elapsed(row.Age), short(row.Image), row.Address})
	}
	for _, line := range align(table) {
		fmt.Fprintln(s.Data, line)
	}
}

// short cuts the digest of an image to what tells it apart.
func short(image string) string {
	const enough = len("sha256:") + 12
	if name, digest, ok := strings.Cut(image, "@"); ok {
		return name + "@" + digest[:min(enough, len(digest))]
	}
	return image
}

// align pads the cells of each column to one width.
func align(table [][]string) []string {
	widths := map[int]int{}
	for _, row := range table {
		for i, cell := range row {
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	lines := make([]string, len(table))
	for i, row := range table {
		var line strings.Builder
		for column, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", widths[column]-lipgloss.Width(cell)+2))
		}
		lines[i] = strings.TrimRight(line.String(), " ")
	}
	return lines
}

// LogLine is one line that a container wrote.
type LogLine struct {
	Time     time.Time `json:"-"`
	Workload string    `json:"workload"`
	Task     string    `json:"task"`
	Text     string    `json:"text"`
}

// shades tell tasks apart.
var shades = []color.Color{
	lipgloss.Cyan, lipgloss.Magenta, lipgloss.Yellow, lipgloss.Blue,
	lipgloss.Green, lipgloss.BrightCyan, lipgloss.BrightMagenta, lipgloss.BrightBlue,
}

// Log shows one line of output behind the name of its task, in a colour that
// stays the task's own.
func (s Screen) Log(line LogLine) {
	const short = 8
	task := line.Task[:min(short, len(line.Task))]
	hash := fnv.New32a()
	hash.Write([]byte(line.Task))
	shade := shades[hash.Sum32()%uint32(len(shades))]
	fmt.Fprintln(s.Data, s.Paint.in(shade, line.Workload+"/"+task)+" "+strings.TrimRight(line.Text, "\r\n"))
}
