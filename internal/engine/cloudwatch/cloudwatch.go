// Package cloudwatch is the engine's CloudWatch: metrics with statistics and
// metric math, and alarms that are really evaluated. It never measures
// anything itself, and forgets data points after three hours.
package cloudwatch

import (
	"context"
	"sync"
	"time"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

// evaluation is how often alarms are looked at.
const evaluation = 5 * time.Second

// CloudWatch is the service of all accounts and regions.
type CloudWatch struct {
	service *wire.Service

	mu     sync.Mutex // an operation, a data point or an evaluation
	alarms *state.Table[alarm]
	series map[string]*series
}

// New opens the tables in db. Alarms are evaluated by Run.
func New(db *state.DB) *CloudWatch {
	c := &CloudWatch{
		service: wire.NewService("monitoring"),
		alarms:  state.NewTable[alarm](db, "cloudwatch.alarms"),
		series:  map[string]*series{},
	}
	op(c, "PutMetricData", c.putMetricData, "Namespace", "MetricData")
	op(c, "GetMetricData", c.getMetricData, "MetricDataQueries", "StartTime", "EndTime", "ScanBy")
	op(c, "GetMetricStatistics", c.getMetricStatistics, "Namespace", "MetricName", "Dimensions", "StartTime", "EndTime", "Period", "Statistics", "ExtendedStatistics", "Unit")
	op(c, "ListMetrics", c.listMetrics, "Namespace", "MetricName", "Dimensions", "RecentlyActive", "NextToken")
	op(c, "PutMetricAlarm", c.putMetricAlarm, "AlarmName", "AlarmDescription", "ActionsEnabled", "ComparisonOperator",
		"DatapointsToAlarm", "Dimensions", "EvaluationPeriods", "ExtendedStatistic", "MetricName", "Metrics", "Namespace",
		"Period", "Statistic", "Tags", "Threshold", "TreatMissingData", "Unit")
	op(c, "DescribeAlarms", c.describeAlarms, "AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue", "MaxRecords", "NextToken")
	op(c, "DeleteAlarms", c.deleteAlarms, "AlarmNames")
	op(c, "SetAlarmState", c.setAlarmState, "AlarmName", "StateValue", "StateReason", "StateReasonData")
	op(c, "TagResource", c.tagResource, "ResourceARN", "Tags")
	op(c, "UntagResource", c.untagResource, "ResourceARN", "TagKeys")
	op(c, "ListTagsForResource", c.listTagsForResource, "ResourceARN")
	return c
}

// Service is the operations, for the wire.
func (c *CloudWatch) Service() *wire.Service { return c.service }

// Run evaluates the alarms and forgets old data points until ctx ends.
func (c *CloudWatch) Run(ctx context.Context) {
	ticker := time.NewTicker(evaluation)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			c.mu.Lock()
			c.forget(now)
			c.evaluate(now)
			c.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

// op registers a handler that runs alone and is given no parameter but fields.
func op[I, O any](c *CloudWatch, name string, handle func(context.Context, *I) (*O, error), fields ...string) {
	wire.Op(c.service, name, wire.Accept(func(ctx context.Context, in *I) (*O, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return handle(ctx, in)
	}, fields...))
}

// Codes of the errors that callers get.
const (
	invalidValue       = "InvalidParameterValueException"
	invalidCombination = "InvalidParameterCombinationException"
	missingParameter   = "MissingRequiredParameterException"
)
