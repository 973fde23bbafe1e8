package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

const (
	account = "111111111111"
	region  = "us-east-1"
)

func inside(ctx context.Context) context.Context {
	return wire.With(ctx, wire.Call{Account: account, Region: region})
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return fmt.Sprint(err)
}

func must[O any](t *testing.T) func(*O, error) *O {
	return func(out *O, err error) *O {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// inBubble runs a test at the beginning of a virtual hour, with the alarms
// being evaluated.
func inBubble(t *testing.T, test func(t *testing.T, c *CloudWatch, api *cloudwatch.Client)) {
	synctest.Test(t, func(t *testing.T) {
		c := New(state.Memory())
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); c.Run(ctx) }()
		defer func() { cancel(); <-ended }()
		test(t, c, cloudwatch.New(cloudwatch.Options{
			Region: region, RetryMaxAttempts: 1,
			HTTPClient: &http.Client{Transport: wire.Transport(wire.NewMux(c.Service()))},
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: account, SecretAccessKey: "any"}, nil
			}),
		}))
	})
}

func metric(id, name, stat string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, ReturnData: aws.Bool(false), MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: aws.String("app"), MetricName: &name}, Period: aws.Int32(60), Stat: &stat,
	}}
}

func expression(text string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: aws.String("e"), Expression: &text}
}

// minutes puts values a minute apart; NaN is a minute without data.
func minutes(t *testing.T, c *CloudWatch, name string, start time.Time, values ...float64) {
	for i, v := range values {
		if !math.IsNaN(v) {
			c.mu.Lock()
			c.at(account+"/"+region+"/", "app", name, "Count", nil, start.Add(time.Duration(i)*time.Minute)).add(v, 1)
			c.mu.Unlock()
		}
	}
}

func TestStatistics(t *testing.T) {
	inBubble(t, func(t *testing.T, c *CloudWatch, api *cloudwatch.Client) {
		start := time.Now()
		dimensions := map[string]string{"LoadBalancer": "app/web/1"}
		values, counts := []float64{}, []float64{}
		for n := 1; n <= 100; n++ {
			values, counts = append(values, float64(n)), append(counts, 2)
		}
		c.PutValues(inside(t.Context()), "AWS/ApplicationELB", "TargetResponseTime", "Seconds", values, counts, dimensions)
		time.Sleep(30 * time.Second)
		c.Put(inside(t.Context()), "AWS/ApplicationELB", "TargetResponseTime", "Seconds", 1000, dimensions)
		get := func(period int32) []types.Datapoint {
			return must[cloudwatch.GetMetricStatisticsOutput](t)(api.GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{
				Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String("TargetResponseTime"), Period: &period,
				Dimensions: []types.Dimension{{Name: aws.String("LoadBalancer"), Value: aws.String("app/web/1")}},
				StartTime:  &start, EndTime: aws.Time(start.Add(time.Minute)),
				Statistics:         []types.Statistic{"Sum", "Average", "Minimum", "Maximum", "SampleCount"},
				ExtendedStatistics: []string{"p50", "p99"},
			})).Datapoints
		}
		all := get(60)
		if len(all) != 1 {
			t.Fatalf("%d datapoints", len(all))
		}
		d := all[0]
		got := fmt.Sprint(*d.Sum, *d.SampleCount, *d.Minimum, *d.Maximum, d.ExtendedStatistics, d.Unit, d.Timestamp.Equal(start))
		if want := fmt.Sprint(11100.0, 201.0, 1.0, 1000.0, map[string]float64{"p50": 51, "p99": 100}, "Seconds", true); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if parts := get(30); len(parts) != 2 || *parts[0].Sum != 10100 || *parts[1].Sum != 1000 {
			t.Errorf("half minutes: %+v", parts)
		}
	})
}

func TestMath(t *testing.T) {
	none := math.NaN()
	cases := []struct{ expression, want string }{
		{"a + b", "11 _ _ 44"},
		{"b / a", "10 _ _ 10"},
		{"a * 2 - 1", "1 3 _ 7"},
		{"-a + 10", "9 8 _ 6"},
		{"2 * (a + 1) ^ 2", "8 18 _ 50"},
		{"100 * errors / a", "0 50 _ 100"},
		{"a / errors", "_ 2 _ 1"},
		{"FILL(a, 0)", "1 2 0 4"},
		{"FILL(a, REPEAT)", "1 2 2 4"},
		{"FILL(a, 0) + FILL(b, 0)", "11 2 30 44"},
		{"SUM([a, b])", "11 2 30 44"},
		{"MAX([a, b])", "10 2 30 40"},
		{"SUM(METRICS())", "11 3 30 48"},
		{`AVG(METRICS("a"))`, "1 2 _ 4"},
		{"SUM(a)", "7 7 7 7"},
		{"a / SUM(a) * 7", "1 2 _ 4"},
		{"IF(a > 1, b, 0)", "0 _ _ 40"},
		{"IF(a >= 2 AND errors < 4, 1, 0)", "0 1 _ 0"},
		{"IF(a == 1 || a == 4, 1, 0)", "1 0 _ 1"},
		{"ABS(a - 3)", "2 1 _ 1"},
	}
	inBubble(t, func(t *testing.T, c *CloudWatch, api *cloudwatch.Client) {
		start := time.Now()
		minutes(t, c, "A", start, 1, 2, none, 4)
		minutes(t, c, "B", start, 10, none, 30, 40)
		minutes(t, c, "Errors", start, 0, 1, none, 4)
		for _, k := range cases {
			out, err := api.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
				StartTime: &start, EndTime: aws.Time(start.Add(4 * time.Minute)), ScanBy: types.ScanByTimestampAscending,
				MetricDataQueries: []types.MetricDataQuery{metric("a", "A", "Sum"), metric("b", "B", "Sum"), metric("errors", "Errors", "Sum"), expression(k.expression)},
			})
			if err != nil {
				t.Errorf("%s: %v", k.expression, err)
				continue
			}
			row := []string{"_", "_", "_", "_"}
			for i, at := range out.MetricDataResults[0].Timestamps {
				row[int(at.Sub(start).Minutes())] = fmt.Sprintf("%.4g", out.MetricDataResults[0].Values[i])
			}
			if got := strings.Join(row, " "); got != k.want || len(out.MetricDataResults) != 1 {
				t.Errorf("%s: got %s, want %s", k.expression, got, k.want)
			}
		}
	})
}

func TestWhatIsRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, c *CloudWatch, api *cloudwatch.Client) {
		data := func(queries ...types.MetricDataQuery) error {
			now := time.Now()
			_, err := api.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{StartTime: aws.Time(now.Add(-time.Hour)), EndTime: &now, MetricDataQueries: queries})
			return err
		}
		put := func(namespace string, datum types.MetricDatum) error {
			_, err := api.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: &namespace, MetricData: []types.MetricDatum{datum}})
			return err
		}
		changed := func(change func(in *cloudwatch.PutMetricAlarmInput)) error {
			in := alarmInput("fine")
			change(in)
			_, err := api.PutMetricAlarm(t.Context(), in)
			return err
		}
		_, noAlarm := api.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"none"}})
		_, noState := api.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("none"), StateValue: "OK", StateReason: aws.String("")})
		datum := types.MetricDatum{MetricName: aws.String("m"), Value: aws.Float64(1)}
		both := types.MetricDatum{MetricName: aws.String("m"), Value: aws.Float64(1), Values: []float64{1}}
		for _, k := range []struct {
			name string
			err  error
			want string
		}{
			{"data", put("app", datum), "<nil>"},
			{"data of AWS", put("AWS/ECS", datum), "InvalidParameterValue"},
			{"two kinds of value", put("app", both), "InvalidParameterValue"},
			{"not a number", put("app", types.MetricDatum{MetricName: aws.String("m"), Value: aws.Float64(math.NaN())}), "InvalidParameterValue"},
			{"an unknown id", data(expression("x + 1")), "InvalidParameterValue"},
			{"a circle", data(expression("e + 1")), "InvalidParameterValue"},
			{"an unknown function", data(metric("a", "A", "Sum"), expression("RATE(a)")), "InvalidParameterValue"},
			{"rubbish", data(metric("a", "A", "Sum"), expression("a +")), "InvalidParameterValue"},
			{"an id twice", data(metric("a", "A", "Sum"), metric("a", "B", "Sum")), "InvalidParameterValue"},
			{"a capital id", data(metric("A", "A", "Sum")), "InvalidParameterValue"},
			{"a statistic that is not had", data(metric("a", "A", "tm90")), "InvalidParameterValue"},
			{"no such alarm to delete", noAlarm, "ResourceNotFound"},
			{"no such alarm to set", noState, "ResourceNotFound"},
			{"an alarm", changed(func(*cloudwatch.PutMetricAlarmInput) {}), "<nil>"},
			{"no threshold", changed(func(in *cloudwatch.PutMetricAlarmInput) { in.Threshold = nil }), "MissingParameter"},
			{"two statistics", changed(func(in *cloudwatch.PutMetricAlarmInput) { in.ExtendedStatistic = aws.String("p99") }), "InvalidParameterCombination"},
			{"a period of 45", changed(func(in *cloudwatch.PutMetricAlarmInput) { in.Period = aws.Int32(45) }), "InvalidParameterValue"},
			{"more datapoints than periods", changed(func(in *cloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(4) }), "InvalidParameterValue"},
			{"missing data treated badly", changed(func(in *cloudwatch.PutMetricAlarmInput) { in.TreatMissingData = aws.String("badly") }), "InvalidParameterValue"},
			{"an anomaly band", changed(func(in *cloudwatch.PutMetricAlarmInput) { in.ComparisonOperator = "GreaterThanUpperThreshold" }), "InvalidParameterValue"},
			{"two results", changed(func(in *cloudwatch.PutMetricAlarmInput) {
				*in = cloudwatch.PutMetricAlarmInput{AlarmName: in.AlarmName, Threshold: in.Threshold, EvaluationPeriods: in.EvaluationPeriods, ComparisonOperator: in.ComparisonOperator,
					Metrics: []types.MetricDataQuery{{Id: aws.String("x"), Expression: aws.String("1")}, {Id: aws.String("y"), Expression: aws.String("2")}}}
			}), "InvalidParameterValue"},
			{"actions", changed(func(in *cloudwatch.PutMetricAlarmInput) {
				in.AlarmActions = []string{"arn:aws:sns:us-east-1:111111111111:x"}
			}), "UnsupportedOperation"},
		} {
			if code(k.err) != k.want {
				t.Errorf("%s: %v, want %s", k.name, k.err, k.want)
			}
		}
	})
}

func TestMetricsAreListedAndForgotten(t *testing.T) {
	inBubble(t, func(t *testing.T, c *CloudWatch, api *cloudwatch.Client) {
		c.Put(inside(t.Context()), "app", "A", "Count", 1, map[string]string{"x": "1"})
		c.Put(inside(t.Context()), "app", "A", "Count", 1, map[string]string{"x": "2"})
		c.Put(wire.With(t.Context(), wire.Call{Account: "2", Region: region}), "app", "A", "Count", 1, map[string]string{"x": "2"})
		list := func() int {
			out := must[cloudwatch.ListMetricsOutput](t)(api.ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{
				Namespace: aws.String("app"), Dimensions: []types.DimensionFilter{{Name: aws.String("x"), Value: aws.String("2")}}}))
			return len(out.Metrics)
		}
		if n := list(); n != 1 {
			t.Errorf("%d metrics", n)
		}
		time.Sleep(3*time.Hour + time.Minute)
		if n := list(); n != 0 || len(c.series) != 0 {
			t.Errorf("%d metrics, %d series after three hours", n, len(c.series))
		}
	})
}
