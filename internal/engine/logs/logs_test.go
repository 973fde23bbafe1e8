package logs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

const (
	account = "111111111111"
	region  = "us-east-1"
)

func client(l *Logs) *cloudwatchlogs.Client {
	return cloudwatchlogs.New(cloudwatchlogs.Options{
		Region: region, RetryMaxAttempts: 1,
		HTTPClient: &http.Client{Transport: wire.Transport(wire.NewMux(l.Service()))},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: account, SecretAccessKey: "any"}, nil
		}),
	})
}

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

// filled has the group "app" with the stream "web" of n lines, a second apart
// up to now.
func filled(t *testing.T, n int) (*Logs, *cloudwatchlogs.Client) {
	l := New(state.Memory())
	c := client(l)
	must[cloudwatchlogs.CreateLogGroupOutput](t)(c.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("app")}))
	fill(t, l, "web", n)
	return l, c
}

func fill(t *testing.T, l *Logs, stream string, n int) {
	now := time.Now()
	for i := range n {
		event := Event{Time: now.Add(time.Duration(i-n) * time.Second), Message: fmt.Sprint(stream, " ", i)}
		if err := l.Append(inside(t.Context()), "app", stream, []Event{event}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	_, c := filled(t, 1)
	now := time.Now().UnixMilli()
	put := func(events ...types.InputLogEvent) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			_, err := c.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String("app"), LogStreamName: aws.String("web"), LogEvents: events})
			return err
		}
	}
	line := func(at int64, text string) types.InputLogEvent {
		return types.InputLogEvent{Timestamp: &at, Message: &text}
	}
	group := func(name string) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			_, err := c.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name})
			return err
		}
	}
	filter := func(pattern string) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			_, err := c.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("app"), FilterPattern: &pattern})
			return err
		}
	}
	retention := func(name string, days int32) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			_, err := c.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &name, RetentionInDays: &days})
			return err
		}
	}
	stream := func(group, name string) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			_, err := c.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &name})
			return err
		}
	}
	cases := []struct {
		name string
		call func(ctx context.Context) error
		want string
	}{
		{"a group twice", group("app"), "ResourceAlreadyExistsException"},
		{"a group with a space", group("a b"), "InvalidParameterException"},
		{"a reserved group", group("aws/x"), "InvalidParameterException"},
		{"a long name", group(strings.Repeat("a", 513)), "InvalidParameterException"},
		{"retention of 6 days", retention("app", 6), "InvalidParameterException"},
		{"retention of 7 days", retention("app", 7), "<nil>"},
		{"retention of nothing", retention("none", 7), "ResourceNotFoundException"},
		{"a stream twice", stream("app", "web"), "ResourceAlreadyExistsException"},
		{"a stream with a colon", stream("app", "a:b"), "InvalidParameterException"},
		{"a stream of no group", stream("none", "web"), "ResourceNotFoundException"},
		{"events out of order", put(line(now, "b"), line(now-1, "a")), "InvalidParameterException"},
		{"an empty event", put(line(now, "")), "InvalidParameterException"},
		{"no event", put([]types.InputLogEvent{}...), "InvalidParameterException"},
		{"events", put(line(now-1, "a"), line(now, "b")), "<nil>"},
		{"an unquoted term", filter("a.b"), "InvalidParameterException"},
		{"an open quote", filter(`"a`), "InvalidParameterException"},
		{"a broken JSON pattern", filter("{ $.a = }"), "InvalidParameterException"},
		{"a space-delimited pattern", filter("[a, b]"), "InvalidParameterException"},
		{"a class that is not had", func(ctx context.Context) error {
			_, err := c.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("d"), LogGroupClass: types.LogGroupClassDelivery})
			return err
		}, "InvalidParameterException"},
		{"a key", func(ctx context.Context) error {
			_, err := c.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("k"), KmsKeyId: aws.String("x")})
			return err
		}, "UnsupportedOperation"},
		{"deleting no group", func(ctx context.Context) error {
			_, err := c.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String("none")})
			return err
		}, "ResourceNotFoundException"},
		{"a token of somebody else", func(ctx context.Context) error {
			_, err := c.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("app"), LogStreamName: aws.String("web"), NextToken: aws.String("x")})
			return err
		}, "InvalidParameterException"},
	}
	for _, c := range cases {
		if got := code(c.call(t.Context())); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestEventsSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	synctest.Test(t, func(t *testing.T) {
		for round := range 3 {
			db, err := state.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			l := New(db)
			c := client(l)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); l.Run(ctx) }()
			if round == 0 {
				must[cloudwatchlogs.CreateLogGroupOutput](t)(c.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("app")}))
			}
			for i := range 1200 {
				l.Append(inside(t.Context()), "app", "web", []Event{{time.Now(), fmt.Sprint(round*1200 + i)}})
				time.Sleep(time.Millisecond)
			}
			got := pages(t, c, cloudwatchlogs.GetLogEventsInput{StartFromHead: aws.Bool(true)}, true)
			if want := (round + 1) * 1200; len(got) != want || got[0] != "0" || got[want-1] != fmt.Sprint(want-1) {
				t.Errorf("round %d: %d events", round, len(got))
			}
			cancel()
			<-ended
			db.Close()
		}
	})
}

func TestExpiredEventsGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, c := filled(t, 1500)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); l.Run(ctx) }()
		defer func() { cancel(); <-ended }()
		must[cloudwatchlogs.PutRetentionPolicyOutput](t)(c.PutRetentionPolicy(t.Context(), &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: aws.String("app"), RetentionInDays: aws.Int32(1)}))
		time.Sleep(24*time.Hour - 10*time.Minute)
		if got := pages(t, c, cloudwatchlogs.GetLogEventsInput{StartFromHead: aws.Bool(true)}, true); len(got) != 600 || got[0] != "web 900" {
			t.Errorf("%d events are left, the first is %v", len(got), got[:1])
		}
		time.Sleep(time.Hour)
		groups := must[cloudwatchlogs.DescribeLogGroupsOutput](t)(c.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})).LogGroups
		if len(groups) != 1 || *groups[0].StoredBytes != 0 || *groups[0].RetentionInDays != 1 || *groups[0].Arn != "arn:aws:logs:us-east-1:111111111111:log-group:app:*" {
			t.Errorf("%+v", groups)
		}
		for key := range l.chunks.All("") {
			t.Errorf("chunk %q is still there", key)
		}
	})
}

func TestAGroupGoesWithItsStreams(t *testing.T) {
	l, c := filled(t, 1500)
	must[cloudwatchlogs.DeleteLogGroupOutput](t)(c.DeleteLogGroup(t.Context(), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String("app")}))
	for key := range l.chunks.All("") {
		t.Errorf("chunk %q is still there", key)
	}
	if len(l.live) != 0 {
		t.Errorf("%d streams are left", len(l.live))
	}
	if err := l.Append(inside(t.Context()), "app", "web", []Event{{time.Now(), "x"}}); code(err) != "ResourceNotFoundException" {
		t.Errorf("%v", err)
	}
}

func TestStreamsAreListedByNameAndByTime(t *testing.T) {
	l, c := filled(t, 2)
	fill(t, l, "api", 1)
	l.Append(inside(t.Context()), "app", "web", []Event{{time.Now().Add(time.Second), "x"}})
	list := func(in *cloudwatchlogs.DescribeLogStreamsInput) string {
		in.LogGroupName = aws.String("app")
		var names []string
		for _, s := range must[cloudwatchlogs.DescribeLogStreamsOutput](t)(c.DescribeLogStreams(t.Context(), in)).LogStreams {
			names = append(names, *s.LogStreamName)
		}
		return strings.Join(names, " ")
	}
	if got := list(&cloudwatchlogs.DescribeLogStreamsInput{}); got != "api web" {
		t.Error(got)
	}
	if got := list(&cloudwatchlogs.DescribeLogStreamsInput{OrderBy: types.OrderByLastEventTime, Descending: aws.Bool(true)}); got != "web api" {
		t.Error(got)
	}
}

func TestTags(t *testing.T) {
	l, c := filled(t, 0)
	arn := "arn:aws:logs:us-east-1:111111111111:log-group:app"
	must[cloudwatchlogs.TagResourceOutput](t)(c.TagResource(t.Context(), &cloudwatchlogs.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"a": "1", "b": "2"}}))
	must[cloudwatchlogs.UntagResourceOutput](t)(c.UntagResource(t.Context(), &cloudwatchlogs.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"a"}}))
	if ok, err := l.Retag(inside(t.Context()), arn, map[string]string{"c": "3"}, nil); !ok || err != nil {
		t.Error(ok, err)
	}
	if got := fmt.Sprint(l.Tagged(inside(t.Context()))); got != "[{"+arn+" map[b:2 c:3]}]" {
		t.Error(got)
	}
}

func BenchmarkAppend(b *testing.B) {
	db, err := state.Open(filepath.Join(b.TempDir(), "state"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	l := New(db)
	ctx := inside(b.Context())
	l.groups.Put(groupKey(ctx, "app"), group{Name: "app"})
	event := []Event{{time.Now(), strings.Repeat("a line of output ", 6)}}
	b.ReportAllocs()
	for b.Loop() {
		if err := l.Append(ctx, "app", "web", event); err != nil {
			b.Fatal(err)
		}
	}
}
