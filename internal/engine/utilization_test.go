package engine_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"photon/internal/engine"
)

func TestServicesTellWhatTheyUse(t *testing.T) {
	inWorld(t, engine.Options{}, func(w *world) {
		s := w.build()
		w.register(s.definition("web:1", "MEMORY_CPU=100", "MEMORY_USED=128"))
		must[ecs.CreateServiceOutput](w)(w.ecs.CreateService(w.Context(), s.service()))
		w.stable()
		begin := time.Now()
		time.Sleep(10 * time.Minute)
		for name, want := range map[string]float64{"CPUUtilization": 40, "MemoryUtilization": 25} { // of 0.25 cores and 512 MiB
			out := must[cloudwatch.GetMetricStatisticsOutput](w)(w.metrics.GetMetricStatistics(w.Context(), &cloudwatch.GetMetricStatisticsInput{
				Namespace: aws.String("AWS/ECS"), MetricName: &name, StartTime: &begin, EndTime: aws.Time(time.Now()), Period: aws.Int32(600),
				Statistics: []types.Statistic{types.StatisticAverage, types.StatisticSampleCount},
				Dimensions: []types.Dimension{
					{Name: aws.String("ClusterName"), Value: aws.String("shop")}, {Name: aws.String("ServiceName"), Value: aws.String("web")},
				},
			}))
			samples := 0.0
			for _, point := range out.Datapoints {
				samples += *point.SampleCount
				if got := *point.Average; got < want-0.01 || got > want+0.01 {
					w.Errorf("%s: %v percent, want %v", name, got, want)
				}
			}
			if samples < 18 || samples > 22 { // of two tasks
				w.Errorf("%s: %v values in ten minutes", name, samples)
			}
		}
	})
}
