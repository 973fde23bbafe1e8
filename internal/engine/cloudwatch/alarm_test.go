package cloudwatch

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// alarmInput is an alarm on three minutes of which two must be above 5.
func alarmInput(name string) *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("app"), MetricName: aws.String("Errors"), Statistic: types.StatisticSum,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3), DatapointsToAlarm: aws.Int32(2), Threshold: aws.Float64(5),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
	}
}

func stateOf(t *testing.T, api *cloudwatch.Client, name string) types.MetricAlarm {
	out := must[cloudwatch.DescribeAlarmsOutput](t)(api.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}}))
	if len(out.MetricAlarms) != 1 {
		t.Fatalf("%d alarms are called %s", len(out.MetricAlarms), name)
	}
	return out.MetricAlarms[0]
}

func TestAnAlarmFollowsItsMetric(t *testing.T) {
	inBubble(t, func(t *testing.T, c *CloudWatch, api *cloudwatch.Client) {
		must[cloudwatch.PutMetricAlarmOutput](t)(api.PutMetricAlarm(t.Context(), alarmInput("errors")))
		if a := stateOf(t, api, "errors"); a.StateValue != "INSUFFICIENT_DATA" || *a.StateReason != "Unchecked: Initial alarm creation" {
			t.Errorf("a new alarm: %s %s", a.StateValue, *a.StateReason)
		}
		for i, step := range []struct {
			value float64
			want  types.StateValue
		}{{1, "OK"}, {9, "OK"}, {8, "ALARM"}, {0, "ALARM"}, {0, "OK"}} {
			c.Put(inside(t.Context()), "app", "Errors", "Count", step.value, nil)
			time.Sleep(time.Minute + time.Millisecond)
			if a := stateOf(t, api, "errors"); a.StateValue != step.want {
				t.Errorf("minute %d: %s, want %s (%s)", i, a.StateValue, step.want, *a.StateReason)
			} else if i == 2 && *a.StateReason != "Threshold Crossed: 2 out of the last 3 datapoints [8 (01/01/00 00:02:00), 9 (01/01/00 00:01:00)] were greater than the threshold (5)." {
				t.Errorf("%s", *a.StateReason)
			}
		}
		time.Sleep(5 * time.Minute)
		if a := stateOf(t, api, "errors"); a.StateValue != "INSUFFICIENT_DATA" {
			t.Errorf("without data: %s", a.StateValue)
		}
	})
}

func TestAnAlarmOnMath(t *testing.T) {
	inBubble(t, func(t *testing.T, c *CloudWatch, api *cloudwatch.Client) {
		share := expression("100 * (FILL(blue, 0) + FILL(green, 0)) / all")
		share.ReturnData = aws.Bool(true)
		must[cloudwatch.PutMetricAlarmOutput](t)(api.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
			AlarmName: aws.String("share"), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), TreatMissingData: aws.String("notBreaching"),
			ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
			Metrics:            []types.MetricDataQuery{metric("blue", "Blue", "Sum"), metric("green", "Green", "Sum"), metric("all", "All", "Sum"), share},
		}))
		for i, step := range []struct {
			errors float64
			want   types.StateValue
		}{{1, "OK"}, {2, "ALARM"}, {0, "OK"}} {
			c.Put(inside(t.Context()), "app", "All", "Count", 100, nil)
			c.Put(inside(t.Context()), "app", "Green", "Count", step.errors, nil)
			time.Sleep(time.Minute + time.Millisecond)
			if a := stateOf(t, api, "share"); a.StateValue != step.want {
				t.Errorf("minute %d: %s, want %s", i, a.StateValue, step.want)
			}
		}
		time.Sleep(5 * time.Minute)
		if a := stateOf(t, api, "share"); a.StateValue != "OK" || len(a.Metrics) != 4 {
			t.Errorf("without data: %s, %d metrics", a.StateValue, len(a.Metrics))
		}
	})
}

func TestMissingData(t *testing.T) {
	row := func(text string) []reading {
		var seen []reading
		for _, c := range text {
			seen = append(seen, reading{present: c != '-', value: map[rune]float64{'x': 9}[c]})
		}
		return seen
	}
	cases := []struct {
		seen                                     string
		missing, ignore, breaching, notBreaching types.StateValue
	}{ // three of three; "" keeps the state
		{"xxx", "ALARM", "ALARM", "ALARM", "ALARM"},
		{"ooo", "OK", "OK", "OK", "OK"},
		{"---", "INSUFFICIENT_DATA", "", "ALARM", "OK"},
		{"-x-", "", "", "ALARM", "OK"},
		{"-o-", "OK", "OK", "OK", "OK"},
		{"xox", "OK", "OK", "OK", "OK"},
	}
	for _, c := range cases {
		for treat, want := range map[string]types.StateValue{"missing": c.missing, "ignore": c.ignore, "breaching": c.breaching, "notBreaching": c.notBreaching} {
			got := judge(row(c.seen), types.MetricAlarm{
				EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(5), TreatMissingData: &treat,
				ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
			})
			if got != want {
				t.Errorf("%s with %s: %q, want %q", c.seen, treat, got, want)
			}
		}
	}
}

func TestTagsAndStatesOfAlarms(t *testing.T) {
	inBubble(t, func(t *testing.T, c *CloudWatch, api *cloudwatch.Client) {
		in := alarmInput("errors")
		in.Tags = []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}}
		must[cloudwatch.PutMetricAlarmOutput](t)(api.PutMetricAlarm(t.Context(), in))
		arn := "arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors"
		must[cloudwatch.TagResourceOutput](t)(api.TagResource(t.Context(), &cloudwatch.TagResourceInput{ResourceARN: &arn, Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}}}))
		if got := fmt.Sprint(c.Tagged(inside(t.Context()))); got != "[{"+arn+" map[a:1 b:2]}]" {
			t.Error(got)
		}
		must[cloudwatch.SetAlarmStateOutput](t)(api.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("errors"), StateValue: "ALARM", StateReason: aws.String("a rehearsal")}))
		must[cloudwatch.PutMetricAlarmOutput](t)(api.PutMetricAlarm(t.Context(), alarmInput("errors")))
		if a := stateOf(t, api, "errors"); a.StateValue != "ALARM" || *a.StateReason != "a rehearsal" {
			t.Errorf("%s %s", a.StateValue, *a.StateReason)
		}
		if _, err := api.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"none", "errors"}}); code(err) != "ResourceNotFound" {
			t.Error(err)
		}
		if out := must[cloudwatch.DescribeAlarmsOutput](t)(api.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})); len(out.MetricAlarms) != 0 {
			t.Error("the alarm is still there")
		}
	})
}
