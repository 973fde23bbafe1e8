package ecs

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestAClusterShowsWhatItIsAskedFor(t *testing.T) {
	inWorld(t, func(w *world) {
		want[*ecs.CreateClusterOutput](t)(w.CreateCluster(w.ctx, &ecs.CreateClusterInput{
			Tags:     []types.Tag{{Key: aws.String("owner"), Value: aws.String("me")}},
			Settings: []types.ClusterSetting{{Name: "containerInsights", Value: aws.String("enhanced")}},
		}))
		w.create(app(), web()) // the cluster is there already, and stays as it is
		time.Sleep(10 * time.Second)
		in := &ecs.DescribeClustersInput{Clusters: []string{"default", "none"}}
		out := want[*ecs.DescribeClustersOutput](t)(w.DescribeClusters(w.ctx, in))
		c := out.Clusters[0]
		if c.ActiveServicesCount != 1 || c.RunningTasksCount != 2 || c.Tags != nil || c.Settings != nil || c.Statistics != nil {
			t.Errorf("%+v", c)
		}
		if len(out.Failures) != 1 || *out.Failures[0].Reason != "MISSING" {
			t.Errorf("%+v", out.Failures)
		}
		in.Include = []types.ClusterField{types.ClusterFieldTags, types.ClusterFieldSettings, types.ClusterFieldStatistics}
		c = want[*ecs.DescribeClustersOutput](t)(w.DescribeClusters(w.ctx, in)).Clusters[0]
		if *c.Tags[0].Value != "me" || *c.Settings[0].Value != "enhanced" || *c.Statistics[0].Name != "runningFargateTasksCount" || *c.Statistics[0].Value != "2" {
			t.Errorf("%+v", c)
		}
	})
}

func TestAnAccountDoesNotSeeAnother(t *testing.T) {
	w := newWorld(t)
	w.create(app(), web())
	abroad := w.client()
	out, err := abroad.ListClusters(w.ctx, &ecs.ListClustersInput{}, func(o *ecs.Options) { o.Region = "eu-west-1" })
	if err != nil || len(out.ClusterArns) != 0 {
		t.Errorf("%v %v", out.ClusterArns, err)
	}
	if out := want[*ecs.ListClustersOutput](t)(abroad.ListClusters(w.ctx, &ecs.ListClustersInput{})); len(out.ClusterArns) != 1 {
		t.Errorf("%v", out.ClusterArns)
	}
}

func TestAHundredEventsAreKept(t *testing.T) {
	inWorld(t, func(w *world) {
		in := web()
		in.DesiredCount = aws.Int32(0)
		w.create(app(), in)
		for range 40 {
			for _, count := range []int32{1, 0} {
				want[*ecs.UpdateServiceOutput](t)(w.UpdateService(w.ctx, &ecs.UpdateServiceInput{Service: aws.String("web"), DesiredCount: &count}))
				time.Sleep(time.Minute)
			}
		}
		events := w.service().Events
		if len(events) != 100 || !strings.HasSuffix(*events[0].Message, "has reached a steady state.") || events[0].CreatedAt.Before(*events[99].CreatedAt) {
			t.Errorf("%d events, first %s", len(events), *events[0].Message)
		}
	})
}

func TestSettingsAreKept(t *testing.T) {
	w := newWorld(t)
	c := w.client()
	want[*ecs.PutAccountSettingOutput](t)(c.PutAccountSetting(w.ctx, &ecs.PutAccountSettingInput{Name: "containerInsights", Value: aws.String("enabled")}))
	all := want[*ecs.ListAccountSettingsOutput](t)(c.ListAccountSettings(w.ctx, &ecs.ListAccountSettingsInput{EffectiveSettings: true, MaxResults: 100}))
	put := want[*ecs.ListAccountSettingsOutput](t)(c.ListAccountSettings(w.ctx, &ecs.ListAccountSettingsInput{}))
	if len(all.Settings) != len(defaults) || len(put.Settings) != 1 || *put.Settings[0].Value != "enabled" {
		t.Errorf("%d settings, %+v", len(all.Settings), put.Settings)
	}
}
