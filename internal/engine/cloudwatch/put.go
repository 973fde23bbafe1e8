package cloudwatch

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photon/internal/engine/wire"
)

// AWS's limits of PutMetricData.
const (
	maxData       = 1000
	maxDimensions = 30
	maxDatumSize  = 150
)

func (c *CloudWatch) putMetricData(ctx context.Context, in *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
	namespace := aws.ToString(in.Namespace)
	switch {
	case namespace == "" || len(namespace) > 255:
		return nil, wire.Fault(missingParameter, "The parameter Namespace is required.")
	case strings.HasPrefix(namespace, "AWS/"):
		return nil, wire.Fault(invalidValue, "The value AWS/ for parameter Namespace is invalid.")
	case len(in.MetricData) > maxData:
		return nil, wire.Fault(invalidValue, "The collection MetricData must not have a size greater than %d.", maxData)
	}
	for i, d := range in.MetricData {
		if err := checkDatum(d); err != nil {
			return nil, wire.Fault(invalidValue, "MetricData.member.%d: %s", i+1, err.Error())
		}
	}
	for _, d := range in.MetricData {
		c.record(wire.From(ctx).World(), namespace, d)
	}
	return &cloudwatch.PutMetricDataOutput{}, nil
}

// datumError says what is wrong with one datum.
type datumError string

func (e datumError) Error() string { return string(e) }

func checkDatum(d types.MetricDatum) error {
	forms := 0
	for _, given := range []bool{d.Value != nil, len(d.Values) > 0, d.StatisticValues != nil} {
		if given {
			forms++
		}
	}
	switch {
	case aws.ToString(d.MetricName) == "" || len(*d.MetricName) > 255:
		return datumError("MetricName is required.")
	case forms != 1:
		return datumError("exactly one of Value, Values and StatisticValues must be specified.")
	case len(d.Values) > maxDatumSize || len(d.Counts) > 0 && len(d.Counts) != len(d.Values):
		return datumError("Values and Counts must have the same size, at most 150.")
	case len(d.Dimensions) > maxDimensions:
		return datumError("Dimensions must not have a size greater than 30.")
	case d.Unit != "" && !slices.Contains(d.Unit.Values(), d.Unit):
		return datumError("the Unit " + string(d.Unit) + " is not known.")
	case d.StorageResolution != nil && *d.StorageResolution != 1 && *d.StorageResolution != 60:
		return datumError("StorageResolution must be 1 or 60.")
	case d.Timestamp != nil && (time.Until(*d.Timestamp) > 2*time.Hour || time.Since(*d.Timestamp) > 14*24*time.Hour):
		return datumError("Timestamp must be between two weeks ago and two hours from now.")
	}
	for _, v := range append(slices.Clone(d.Values), aws.ToFloat64(d.Value)) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return datumError("a value must be a finite number.")
		}
	}
	if s := d.StatisticValues; s != nil && (s.SampleCount == nil || s.Sum == nil || s.Minimum == nil || s.Maximum == nil || *s.Minimum > *s.Maximum || *s.SampleCount <= 0) {
		return datumError("StatisticValues must have a SampleCount, a Sum, a Minimum and a Maximum.")
	}
	return nil
}

func (c *CloudWatch) record(world, namespace string, d types.MetricDatum) {
	at := time.Now()
	if d.Timestamp != nil {
		at = *d.Timestamp
	}
	unit := d.Unit
	if unit == "" {
		unit = types.StandardUnitNone
	}
	b := c.at(world, namespace, *d.MetricName, string(unit), dimensionMap(d.Dimensions), at)
	if b == nil {
		return // older than what the engine keeps
	}
	if d.Value != nil {
		b.add(*d.Value, 1)
	}
	for i, v := range d.Values {
		n := 1.0
		if len(d.Counts) > 0 {
			n = d.Counts[i]
		}
		b.add(v, n)
	}
	if s := d.StatisticValues; s != nil {
		b.merge(summary{count: *s.SampleCount, sum: *s.Sum, min: *s.Minimum, max: *s.Maximum})
	}
}
