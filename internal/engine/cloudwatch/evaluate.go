package cloudwatch

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// evaluate looks at every alarm once.
func (c *CloudWatch) evaluate(now time.Time) {
	for key, row := range c.alarms.All("") {
		parts := strings.SplitN(key, "/", 3)
		seen, err := c.look(parts[0]+"/"+parts[1]+"/", row.Shape, now)
		if err != nil {
			continue // its expression was checked; no data of this kind any more
		}
		to := judge(seen, row.Shape)
		if to == row.Shape.StateValue {
			continue
		}
		row.move(to, reason(seen, row.Shape, to), now)
		c.alarms.Put(key, row)
	}
}

// reading is one period of what an alarm watches.
type reading struct {
	at      int64
	value   float64
	present bool
}

// look reads the alarm's evaluation periods, as far as they are complete, the
// oldest first.
func (c *CloudWatch) look(world string, shape types.MetricAlarm, now time.Time) ([]reading, error) {
	queries, id := queriesOf(shape)
	e, err := c.evaluator(world, queries, now, now)
	if err != nil {
		return nil, err
	}
	period := e.grid.period
	to := now.Unix() - now.Unix()%period
	e.grid = grid{from: to - period*int64(*shape.EvaluationPeriods), to: to, period: period}
	values, err := e.series(id)
	if err != nil {
		return nil, err
	}
	var seen []reading
	for _, at := range e.grid.times() {
		v, ok := values[at]
		seen = append(seen, reading{at, v, ok})
	}
	return seen, nil
}

// queriesOf turns an alarm on one metric into the form of the others.
func queriesOf(shape types.MetricAlarm) ([]types.MetricDataQuery, string) {
	if len(shape.Metrics) > 0 {
		id, _ := returned(shape.Metrics)
		return shape.Metrics, id
	}
	return []types.MetricDataQuery{{Id: aws.String("m"), MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: shape.Namespace, MetricName: shape.MetricName, Dimensions: shape.Dimensions},
		Period: shape.Period, Stat: aws.String(statisticOf(shape.Statistic, shape.ExtendedStatistic)),
	}}}, "m"
}

// needed is how many readings must breach.
func needed(shape types.MetricAlarm) int {
	if shape.DatapointsToAlarm != nil {
		return int(*shape.DatapointsToAlarm)
	}
	return int(*shape.EvaluationPeriods)
}

// judge decides the state from the readings. Without enough data to tell, an
// alarm keeps its state; without any, TreatMissingData decides.
func judge(seen []reading, shape types.MetricAlarm) types.StateValue {
	breaching, fine, missing := 0, 0, 0
	for _, r := range seen {
		switch {
		case !r.present:
			missing++
		case comparisons[shape.ComparisonOperator].holds(r.value, *shape.Threshold):
			breaching++
		default:
			fine++
		}
	}
	present := breaching + fine
	switch aws.ToString(shape.TreatMissingData) {
	case "breaching":
		breaching += missing
		missing = 0
	case "notBreaching":
		fine += missing
		missing = 0
	}
	switch {
	case breaching >= needed(shape):
		return types.StateValueAlarm
	case breaching+missing < needed(shape):
		return types.StateValueOk
	case present == 0 && *shape.TreatMissingData == "missing":
		return types.StateValueInsufficientData
	case fine > 0 && *shape.TreatMissingData == "missing":
		return types.StateValueOk
	}
	return shape.StateValue
}

// reason is the state's reason in CloudWatch's words.
func reason(seen []reading, shape types.MetricAlarm, to types.StateValue) string {
	var values []string
	for i := len(seen) - 1; i >= 0; i-- {
		r := seen[i]
		holds := r.present && comparisons[shape.ComparisonOperator].holds(r.value, *shape.Threshold)
		if r.present && holds == (to == types.StateValueAlarm) {
			values = append(values, fmt.Sprintf("%v (%s)", r.value, time.Unix(r.at, 0).UTC().Format("02/01/06 15:04:05")))
		}
	}
	if len(values) == 0 {
		return fmt.Sprintf("Threshold Crossed: no datapoints were received for %d period(s) and missing data is treated as [%s].", len(seen), *shape.TreatMissingData)
	}
	verb, not := "was", ""
	if len(values) > 1 {
		verb = "were"
	}
	if to == types.StateValueOk {
		not = "not "
	}
	return fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] %s %s%s the threshold (%v).",
		len(values), len(seen), strings.Join(values, ", "), verb, not, comparisons[shape.ComparisonOperator].words, *shape.Threshold)
}
