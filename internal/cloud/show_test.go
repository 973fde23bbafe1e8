package cloud_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"photon/internal/cloud"
)

func TestServicesTellHowTheyAre(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		time.Sleep(time.Minute)
		rows, err := w.account.Services(w.Context(), owner)
		must(w, 0, err)
		if len(rows) != 1 {
			t.Fatalf("%d rows", len(rows))
		}
		row := rows[0]
		w.compare("row", fmt.Sprintf("%s %s %d/%d %s %s", row.Workload, row.Service, row.Running, row.Desired, row.Image, row.Deployment.Status),
			"web orders_web 2/2 orders@"+digest+" SUCCESSFUL")
		if len(row.Tasks) != 2 || row.Tasks[0].Status != "RUNNING" || !row.Tasks[0].New || row.Tasks[0].ID == "" {
			t.Errorf("tasks: %+v", row.Tasks)
		}
		if row.Release == nil || row.Release.Spec.Name != "orders" {
			t.Errorf("release: %+v", row.Release)
		}
		addresses, err := w.account.Addresses(w.Context(), owner)
		must(w, 0, err)
		if len(addresses) != 1 || addresses[0] != row.Address || addresses[0].Port != 80 || addresses[0].Host == "" {
			t.Errorf("addresses: %+v", addresses)
		}
	})
}

func TestNothingRunsBeforeTheFirstDeployment(t *testing.T) {
	inWorld(t, func(w *world) {
		rows, err := w.account.Services(w.Context(), owner)
		must(w, 0, err)
		watches, err := w.account.Watches(w.Context(), owner)
		must(w, 0, err)
		w.compare("rows and watches", fmt.Sprint(len(rows), len(watches)), "0 0")
		err = w.account.Logs(w.Context(), cloud.LogQuery{Owner: owner}, func(cloud.LogLine) { t.Error("a line") })
		w.compare("logs", fmt.Sprint(err), "log group /photon/prod/orders: does not exist")
	})
}

func TestQuotasTellLimitAndUse(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		rows, err := w.account.Quotas(w.Context())
		must(w, 0, err)
		var lines []string
		for _, row := range rows {
			lines = append(lines, fmt.Sprintf("%s: %d of %v", row.Name, row.Used, row.Limit))
		}
		w.compare("quotas", strings.Join(lines, "\n"), strings.Join([]string{
			"Fargate On-Demand vCPU resource count: -1 of 6",
			"Fargate Spot vCPU resource count: -1 of 6",
			"Application Load Balancers per Region: 1 of 50",
			"Target Groups per Region: 2 of 3000",
			"VPC security groups per Region: 3 of 2500",
		}, "\n"))
	})
}

func TestLogsFollowWithoutDuplicatesOrGaps(t *testing.T) {
	inWorld(t, func(w *world) {
		client := cloudwatchlogs.NewFromConfig(w.byHand())
		group := aws.String("/photon/prod/orders")
		_, err := client.CreateLogGroup(w.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: group})
		must(w, 0, err)
		streams := []*string{aws.String("web/web/a"), aws.String("web/web/b"), aws.String("worker/worker/c")}
		for _, stream := range streams {
			_, err := client.CreateLogStream(w.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: group, LogStreamName: stream})
			must(w, 0, err)
		}
		var want []string
		write := func(i int, late time.Duration) {
			stream := streams[i%len(streams)]
			message := fmt.Sprintf("line %d", i)
			_, err := client.PutLogEvents(w.Context(), &cloudwatchlogs.PutLogEventsInput{
				LogGroupName: group, LogStreamName: stream,
				LogEvents: []types.InputLogEvent{{
					Message: &message, Timestamp: aws.Int64(time.Now().Add(-late).UnixMilli()),
				}},
			})
			must(w, 0, err)
			if i%len(streams) != 2 {
				want = append(want, (*stream)[8:]+" "+message)
			}
		}
		ctx, stop := context.WithCancel(w.Context())
		var got []string
		ended := make(chan error)
		go func() {
			ended <- w.account.Logs(ctx, cloud.LogQuery{Owner: owner, Workload: "web", Since: time.Now(), Follow: true}, func(l cloud.LogLine) {
				got = append(got, l.Task+" "+l.Message)
			})
		}()
		for i := range 60 {
			time.Sleep(700 * time.Millisecond)
			write(i, time.Duration(i%4)*100*time.Millisecond)
		}
		time.Sleep(time.Minute)
		write(60, 10*time.Second)
		time.Sleep(time.Minute)
		stop()
		must(w, 0, <-ended)
		w.compare("lines", strings.Join(got, "\n"), strings.Join(want, "\n"))
	})
}
