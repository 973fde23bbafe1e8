package ui

import (
	"encoding/json"
	"io"
	"time"

	"photon/internal/deploy"
	"photon/internal/plan"
	"photon/internal/rollout"
)

// JSON shows events, and what else there is to say, as one JSON object a line.
// Every object has the members "event", "time" and "owner" (of the service that
// it is about); names are stable, members may be added, and those that are
// empty may be left out:
//
//	event    members
//	plan     create, change, delete, steps [action, stage, kind, name, causes [why, path, from, to]]
//	step     state (began, retried, waits, ended, failed), action, kind, name, why, seconds
//	look     workload, deployment, status, stage, new and old {requested, running, pending}, failures
//	trouble  workload, explanation {reason, evidence, source, log, hints}
//	note     workload, text
//	rollout  workload, service, deployment, verdict, reason, explanation
//	outcome  end, workloads [as rollout], addresses [workload, url], seconds
//	error    message, hints
//	problem  file, line, column, field, message, hint (of a deployment file)
//	remains  kept (what a termination left, because the file keeps it)
//	finding  subject, finding (ok, missing, unknown), text, hints (of the doctor)
//	status   workload, image, running, desired, deployment, age (seconds), address, commit, author, tasks [id, status, health, zone, new]
//	log      workload, task, text; time is when the line was written
//
// A look that sees what the last one saw is left out.
type JSON struct {
	to    *json.Encoder
	owner string
	seen  map[string]jsonLook
}

// NewJSON writes to stdout, or where else data goes, about the service of one
// owner: "name/environment".
func NewJSON(to io.Writer, owner string) *JSON {
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	return &JSON{to: encoder, owner: owner, seen: map[string]jsonLook{}}
}

type jsonHead struct {
	Event string    `json:"event"`
	Time  time.Time `json:"time"`
	Owner string    `json:"owner,omitempty"`
}

func (j *JSON) head(event string) jsonHead {
	return jsonHead{Event: event, Time: time.Now().UTC().Truncate(time.Millisecond), Owner: j.owner}
}

// write ignores errors: nobody is left to hear of them.
func (j *JSON) write(line any) { _ = j.to.Encode(line) }

// Tell shows one event.
func (j *JSON) Tell(e deploy.Event) {
	switch e := e.(type) {
	case deploy.Began:
		j.Plan(e.Plan)
	case deploy.StepBegan:
		j.step("began", e.Step, "", 0)
	case deploy.StepRetried:
		j.step("retried", e.Step, e.Why, 0)
	case deploy.StepWaits:
		j.step("waits", e.Step, e.For, 0)
	case deploy.StepEnded:
		j.step("ended", e.Step, "", e.Took)
	case deploy.StepFailed:
		j.step("failed", e.Step, e.Err.Error(), 0)
	case deploy.Looked:
		j.look(e.Observation)
	case deploy.Troubled:
		j.write(struct {
			jsonHead
			Workload    string           `json:"workload"`
			Explanation *jsonExplanation `json:"explanation"`
		}{j.head("trouble"), e.Workload, explanationOf(e.Explanation)})
	case deploy.Noted:
		j.write(struct {
			jsonHead
			Workload string `json:"workload,omitempty"`
			Text     string `json:"text"`
		}{j.head("note"), e.Workload, e.Text})
	case deploy.Finished:
		j.write(struct {
			jsonHead
			jsonWorkload
		}{j.head("rollout"), workloadOf(e.Workload)})
	}
}

type jsonStep struct {
	Action plan.Action `json:"action"`
	Stage  string      `json:"stage,omitempty"`
	Kind   string      `json:"kind"`
	Name   string      `json:"name"`
	Causes []jsonCause `json:"causes,omitempty"`
}

type jsonCause struct {
	Why  plan.Why `json:"why"`
	Path string   `json:"path,omitempty"`
	From string   `json:"from,omitempty"`
	To   string   `json:"to,omitempty"`
}

var stages = map[plan.Stage]string{plan.Prepare: "prepare", plan.Shift: "shift", plan.Clean: "clean"}

// Plan shows what is going to change, every step of it.
func (j *JSON) Plan(p *plan.Plan) {
	count, steps := map[plan.Action]int{}, []jsonStep{}
	for _, step := range p.Steps {
		count[step.Action]++
		shown := jsonStep{Action: step.Action, Stage: stages[step.Stage], Kind: string(step.Key().Kind), Name: step.Key().Name}
		for _, cause := range step.Causes {
			shown.Causes = append(shown.Causes, jsonCause(cause))
		}
		steps = append(steps, shown)
	}
	j.write(struct {
		jsonHead
		Create int        `json:"create"`
		Change int        `json:"change"`
		Delete int        `json:"delete"`
		Steps  []jsonStep `json:"steps"`
	}{j.head("plan"), count[plan.Create], count[plan.Update], count[plan.Delete], steps})
}

func (j *JSON) step(state string, step plan.Step, why string, took time.Duration) {
	j.write(struct {
		jsonHead
		State string `json:"state"`
		jsonStep
		Why     string  `json:"why,omitempty"`
		Seconds float64 `json:"seconds,omitempty"`
	}{
		j.head("step"), state,
		jsonStep{Action: step.Action, Kind: string(step.Key().Kind), Name: step.Key().Name},
		why, took.Seconds(),
	})
}

type jsonLook struct {
	Workload   string    `json:"workload"`
	Deployment string    `json:"deployment,omitempty"`
	Status     string    `json:"status,omitempty"`
	Stage      string    `json:"stage,omitempty"`
	New        jsonTasks `json:"new"`
	Old        jsonTasks `json:"old"`
	Failures   int       `json:"failures,omitempty"`
}

type jsonTasks struct {
	Requested int `json:"requested"`
	Running   int `json:"running"`
	Pending   int `json:"pending"`
}

func (j *JSON) look(o rollout.Observation) {
	d := o.Deployment
	seen := jsonLook{
		Workload: o.Workload, Deployment: d.ARN, Status: d.Status, Stage: d.Stage,
		New: jsonTasks(d.New), Old: jsonTasks(d.Old), Failures: d.Breaker.Failures,
	}
	if last, again := j.seen[o.Workload]; again && last == seen {
		return
	}
	j.seen[o.Workload] = seen
	j.write(struct {
		jsonHead
		jsonLook
	}{j.head("look"), seen})
}

type jsonExplanation struct {
	Reason   string   `json:"reason"`
	Evidence []string `json:"evidence,omitempty"`
	Source   string   `json:"source,omitempty"`
	Log      []string `json:"log,omitempty"`
	Hints    []string `json:"hints,omitempty"`
}

func explanationOf(e rollout.Explanation) *jsonExplanation {
	if e.Empty() {
		return nil
	}
	return &jsonExplanation{Reason: e.Reason, Evidence: e.Evidence, Source: e.Source, Log: e.Log, Hints: e.Hints}
}

type jsonWorkload struct {
	Workload    string           `json:"workload"`
	Service     string           `json:"service,omitempty"`
	Deployment  string           `json:"deployment,omitempty"`
	Verdict     rollout.Verdict  `json:"verdict,omitempty"`
	Reason      string           `json:"reason,omitempty"`
	Explanation *jsonExplanation `json:"explanation,omitempty"`
}

func workloadOf(w deploy.Workload) jsonWorkload {
	return jsonWorkload{
		Workload: w.Name, Service: w.Service, Deployment: w.Deployment,
		Verdict: w.Verdict, Reason: w.Reason, Explanation: explanationOf(w.Explanation),
	}
}

type jsonAddress struct {
	Workload string `json:"workload"`
	URL      string `json:"url"`
}

// Outcome shows how a run ended.
func (j *JSON) Outcome(o deploy.Outcome) {
	workloads, addresses := []jsonWorkload{}, []jsonAddress{}
	for _, w := range o.Workloads {
		workloads = append(workloads, workloadOf(w))
	}
	for _, a := range o.Addresses {
		addresses = append(addresses, jsonAddress{a.Workload, a.URL()})
	}
	j.write(struct {
		jsonHead
		End       deploy.End     `json:"end"`
		Workloads []jsonWorkload `json:"workloads"`
		Addresses []jsonAddress  `json:"addresses"`
		Seconds   float64        `json:"seconds"`
	}{j.head("outcome"), o.End, workloads, addresses, o.Took.Seconds()})
}

// Remains shows what is left after a termination, because the file keeps it.
func (j *JSON) Remains(kept []string) {
	j.write(struct {
		jsonHead
		Kept []string `json:"kept"`
	}{j.head("remains"), append([]string{}, kept...)})
}

// Finding shows the answer to one question of the doctor.
func (j *JSON) Finding(subject, finding, text string, hints []string) {
	j.write(struct {
		jsonHead
		Subject string   `json:"subject"`
		Finding string   `json:"finding"`
		Text    string   `json:"text"`
		Hints   []string `json:"hints,omitempty"`
	}{j.head("finding"), subject, finding, text, hints})
}

// Status shows the workloads of a service as they are now.
func (j *JSON) Status(rows []StatusRow) {
	for _, row := range rows {
		j.write(struct {
			jsonHead
			StatusRow
			Age int `json:"age"`
		}{j.head("status"), row, int(row.Age.Seconds())})
	}
}

// Log shows one line that a container wrote.
func (j *JSON) Log(line LogLine) {
	written := j.head("log")
	written.Time = line.Time
	j.write(struct {
		jsonHead
		LogLine
	}{written, line})
}
