package cloudwatch

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photon/internal/engine/wire"
)

// alarm is a metric alarm's row, under the world and the name.
type alarm struct {
	Shape types.MetricAlarm
	Tags  map[string]string
}

func alarmKey(ctx context.Context, name string) string { return wire.From(ctx).World() + name }

func (c *CloudWatch) putMetricAlarm(ctx context.Context, in *cloudwatch.PutMetricAlarmInput) (*cloudwatch.PutMetricAlarmOutput, error) {
	if err := checkAlarm(in); err != nil {
		return nil, err
	}
	if err := c.checkMath(ctx, in); err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	row, exists := c.alarms.Get(alarmKey(ctx, *in.AlarmName))
	if !exists {
		tags, err := newTags(in.Tags)
		if err != nil {
			return nil, err
		}
		row.Tags = tags
		row.Shape.StateValue, row.Shape.StateReason = types.StateValueInsufficientData, aws.String("Unchecked: Initial alarm creation")
		row.Shape.StateUpdatedTimestamp, row.Shape.StateTransitionedTimestamp = &now, &now
	}
	row.Shape = configured(row.Shape, in)
	row.Shape.AlarmArn = aws.String(wire.From(ctx).ARN("cloudwatch", "alarm:"+*in.AlarmName))
	row.Shape.AlarmConfigurationUpdatedTimestamp = &now
	c.alarms.Put(alarmKey(ctx, *in.AlarmName), row)
	return &cloudwatch.PutMetricAlarmOutput{}, nil
}

// configured writes the input over an alarm, whose state stays.
func configured(shape types.MetricAlarm, in *cloudwatch.PutMetricAlarmInput) types.MetricAlarm {
	shape.AlarmName, shape.AlarmDescription = in.AlarmName, in.AlarmDescription
	shape.ActionsEnabled = aws.Bool(in.ActionsEnabled == nil || *in.ActionsEnabled)
	shape.AlarmActions, shape.OKActions, shape.InsufficientDataActions = []string{}, []string{}, []string{}
	shape.Namespace, shape.MetricName, shape.Dimensions = in.Namespace, in.MetricName, in.Dimensions
	shape.Statistic, shape.ExtendedStatistic, shape.Period, shape.Unit = in.Statistic, in.ExtendedStatistic, in.Period, in.Unit
	shape.Metrics = in.Metrics
	shape.ComparisonOperator, shape.Threshold = in.ComparisonOperator, in.Threshold
	shape.EvaluationPeriods, shape.DatapointsToAlarm = in.EvaluationPeriods, in.DatapointsToAlarm
	shape.TreatMissingData = in.TreatMissingData
	if shape.TreatMissingData == nil {
		shape.TreatMissingData = aws.String("missing")
	}
	return shape
}

var comparisons = map[types.ComparisonOperator]struct {
	words string
	holds func(value, threshold float64) bool
}{
	types.ComparisonOperatorGreaterThanThreshold:          {"greater than", func(v, t float64) bool { return v > t }},
	types.ComparisonOperatorGreaterThanOrEqualToThreshold: {"greater than or equal to", func(v, t float64) bool { return v >= t }},
	types.ComparisonOperatorLessThanThreshold:             {"less than", func(v, t float64) bool { return v < t }},
	types.ComparisonOperatorLessThanOrEqualToThreshold:    {"less than or equal to", func(v, t float64) bool { return v <= t }},
}

func checkAlarm(in *cloudwatch.PutMetricAlarmInput) error {
	name := aws.ToString(in.AlarmName)
	periods := aws.ToInt32(in.EvaluationPeriods)
	_, known := comparisons[in.ComparisonOperator]
	switch {
	case name == "" || len(name) > 255:
		return wire.Fault(invalidValue, "The parameter AlarmName must have between 1 and 255 characters.")
	case !known:
		return wire.Fault(invalidValue, "The engine does not have the ComparisonOperator '%s'.", in.ComparisonOperator)
	case in.Threshold == nil:
		return wire.Fault(missingParameter, "The parameter Threshold is required.")
	case periods < 1:
		return wire.Fault(invalidValue, "The parameter EvaluationPeriods must be greater than or equal to 1.")
	case in.DatapointsToAlarm != nil && (*in.DatapointsToAlarm < 1 || *in.DatapointsToAlarm > periods):
		return wire.Fault(invalidValue, "The parameter DatapointsToAlarm must be between 1 and EvaluationPeriods.")
	case in.TreatMissingData != nil && !slices.Contains([]string{"missing", "ignore", "breaching", "notBreaching"}, *in.TreatMissingData):
		return wire.Fault(invalidValue, "The value '%s' for parameter TreatMissingData is not valid.", *in.TreatMissingData)
	case (in.MetricName == nil) == (len(in.Metrics) == 0):
		return wire.Fault(invalidCombination, "Exactly one of MetricName and Metrics must be specified.")
	case len(in.Metrics) > 0:
		return checkNoMetric(in)
	}
	return checkMetric(in, periods)
}

// checkMetric is for an alarm on a single metric.
func checkMetric(in *cloudwatch.PutMetricAlarmInput, periods int32) error {
	if aws.ToString(in.Namespace) == "" {
		return wire.Fault(missingParameter, "The parameter Namespace is required.")
	}
	if (in.Statistic == "") == (in.ExtendedStatistic == nil) {
		return wire.Fault(invalidCombination, "Exactly one of Statistic and ExtendedStatistic must be specified.")
	}
	if _, err := parseStatistic(statisticOf(in.Statistic, in.ExtendedStatistic)); err != nil {
		return err
	}
	period := aws.ToInt32(in.Period)
	if err := checkPeriod(period, 10, 20, 30); err != nil {
		return err
	}
	return checkSpan(period, periods)
}

// checkSpan: AWS looks back a day at most, and the engine as far as it keeps.
func checkSpan(period, periods int32) error {
	if span := time.Duration(period) * time.Duration(periods) * time.Second; span > keep {
		return wire.Fault(invalidValue, "The alarm looks back %s; the engine keeps metrics for %s.", span, keep)
	}
	return nil
}

func checkNoMetric(in *cloudwatch.PutMetricAlarmInput) error {
	if in.Namespace != nil || in.Period != nil || in.Statistic != "" || in.ExtendedStatistic != nil || len(in.Dimensions) > 0 {
		return wire.Fault(invalidCombination, "Namespace, Period, Statistic and Dimensions cannot be specified together with Metrics.")
	}
	return nil
}

// checkMath tries the alarm's expressions out.
func (c *CloudWatch) checkMath(ctx context.Context, in *cloudwatch.PutMetricAlarmInput) error {
	if len(in.Metrics) == 0 {
		return nil
	}
	id, err := returned(in.Metrics)
	if err != nil {
		return err
	}
	now := time.Now()
	e, err := c.evaluator(wire.From(ctx).World(), in.Metrics, now.Add(-time.Minute), now)
	if err != nil {
		return err
	}
	if err := checkSpan(int32(e.grid.period), *in.EvaluationPeriods); err != nil {
		return err
	}
	_, err = e.series(id)
	return err
}

// returned is the id of the query that an alarm watches.
func returned(queries []types.MetricDataQuery) (string, error) {
	var ids []string
	for _, q := range queries {
		if q.ReturnData == nil || *q.ReturnData {
			ids = append(ids, aws.ToString(q.Id))
		}
	}
	if len(ids) != 1 {
		return "", wire.Fault(invalidValue, "Exactly one element of the metrics list should return data.")
	}
	return ids[0], nil
}

func statisticOf(plain types.Statistic, extended *string) string {
	if extended != nil {
		return *extended
	}
	return string(plain)
}

func (c *CloudWatch) describeAlarms(ctx context.Context, in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	if len(in.AlarmNames) > 0 && in.AlarmNamePrefix != nil {
		return nil, wire.Fault(invalidCombination, "AlarmNames and AlarmNamePrefix cannot both be specified.")
	}
	if in.MaxRecords != nil && (*in.MaxRecords < 1 || *in.MaxRecords > 100) {
		return nil, wire.Fault(invalidValue, "The parameter MaxRecords must be between 1 and 100.")
	}
	out := &cloudwatch.DescribeAlarmsOutput{CompositeAlarms: []types.CompositeAlarm{}, MetricAlarms: []types.MetricAlarm{}}
	if len(in.AlarmTypes) > 0 && !slices.Contains(in.AlarmTypes, types.AlarmTypeMetricAlarm) {
		return out, nil
	}
	var found []types.MetricAlarm
	for _, row := range c.alarms.All(wire.From(ctx).World()) {
		name := *row.Shape.AlarmName
		if (len(in.AlarmNames) == 0 || slices.Contains(in.AlarmNames, name)) && strings.HasPrefix(name, aws.ToString(in.AlarmNamePrefix)) &&
			(in.StateValue == "" || in.StateValue == row.Shape.StateValue) {
			found = append(found, row.Shape)
		}
	}
	page, next, err := wire.Page(found, in.NextToken, in.MaxRecords, 50, "InvalidNextToken")
	if err != nil {
		return nil, err
	}
	out.MetricAlarms, out.NextToken = append(out.MetricAlarms, page...), next
	return out, nil
}

// deleteAlarms deletes those that exist, whatever becomes of the others.
func (c *CloudWatch) deleteAlarms(ctx context.Context, in *cloudwatch.DeleteAlarmsInput) (*cloudwatch.DeleteAlarmsOutput, error) {
	if len(in.AlarmNames) > 100 {
		return nil, wire.Fault(invalidValue, "The collection AlarmNames must not have a size greater than 100.")
	}
	var err error
	for _, name := range in.AlarmNames {
		if _, ok := c.alarms.Get(alarmKey(ctx, name)); !ok {
			err = wire.Fault("ResourceNotFound", "The alarm %s does not exist.", name)
		}
		c.alarms.Delete(alarmKey(ctx, name))
	}
	return &cloudwatch.DeleteAlarmsOutput{}, err
}

func (c *CloudWatch) setAlarmState(ctx context.Context, in *cloudwatch.SetAlarmStateInput) (*cloudwatch.SetAlarmStateOutput, error) {
	row, ok := c.alarms.Get(alarmKey(ctx, aws.ToString(in.AlarmName)))
	if !ok {
		return nil, wire.Fault("ResourceNotFound", "The alarm %s does not exist.", aws.ToString(in.AlarmName))
	}
	if !slices.Contains(in.StateValue.Values(), in.StateValue) {
		return nil, wire.Fault(invalidValue, "The value '%s' for parameter StateValue is not valid.", in.StateValue)
	}
	row.move(in.StateValue, aws.ToString(in.StateReason), time.Now())
	row.Shape.StateReasonData = in.StateReasonData
	c.alarms.Put(alarmKey(ctx, *in.AlarmName), row)
	return &cloudwatch.SetAlarmStateOutput{}, nil
}

// move changes the state and notes when.
func (a *alarm) move(to types.StateValue, reason string, now time.Time) {
	now = now.UTC()
	if a.Shape.StateValue != to {
		a.Shape.StateTransitionedTimestamp = &now
	}
	a.Shape.StateValue, a.Shape.StateReason, a.Shape.StateUpdatedTimestamp = to, aws.String(reason), &now
}
