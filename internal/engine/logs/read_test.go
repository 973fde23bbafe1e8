package logs

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// pages follows a token until it stays the same, and returns all messages.
func pages(t *testing.T, c *cloudwatchlogs.Client, in cloudwatchlogs.GetLogEventsInput, forward bool) []string {
	in.LogGroupName, in.LogStreamName = aws.String("app"), aws.String("web")
	var all []string
	for range 1000 {
		out := must[cloudwatchlogs.GetLogEventsOutput](t)(c.GetLogEvents(t.Context(), &in))
		var page []string
		for _, e := range out.Events {
			page = append(page, *e.Message)
		}
		next := out.NextBackwardToken
		if forward {
			next = out.NextForwardToken
			all = append(all, page...)
		} else {
			all = append(page, all...)
		}
		if aws.ToString(in.NextToken) == *next {
			if len(page) > 0 {
				t.Errorf("the last page has %d events", len(page))
			}
			return all
		}
		in.NextToken = next
	}
	t.Fatal("the token never stays the same")
	return nil
}

func TestAStreamIsReadInBothDirections(t *testing.T) {
	_, c := filled(t, 2500)
	for _, forward := range []bool{true, false} {
		got := pages(t, c, cloudwatchlogs.GetLogEventsInput{StartFromHead: &forward, Limit: aws.Int32(700)}, forward)
		if len(got) != 2500 || got[0] != "web 0" || got[999] != "web 999" || got[2499] != "web 2499" {
			t.Errorf("forward %v: %d events from %v", forward, len(got), got[:1])
		}
	}
	out := must[cloudwatchlogs.GetLogEventsOutput](t)(c.GetLogEvents(t.Context(), &cloudwatchlogs.GetLogEventsInput{
		LogGroupIdentifier: aws.String("arn:aws:logs:us-east-1:111111111111:log-group:app"), LogStreamName: aws.String("web"), Limit: aws.Int32(2),
	}))
	if len(out.Events) != 2 || *out.Events[0].Message != "web 2498" || *out.Events[1].Message != "web 2499" {
		t.Errorf("the latest two: %+v", out.Events)
	}
}

func TestAForwardTokenFindsWhatCameLater(t *testing.T) {
	l, c := filled(t, 3)
	read := func(token *string) *cloudwatchlogs.GetLogEventsOutput {
		return must[cloudwatchlogs.GetLogEventsOutput](t)(c.GetLogEvents(t.Context(), &cloudwatchlogs.GetLogEventsInput{
			LogGroupName: aws.String("app"), LogStreamName: aws.String("web"), NextToken: token,
		}))
	}
	first := read(nil)
	second := read(first.NextForwardToken)
	if len(first.Events) != 3 || len(second.Events) != 0 {
		t.Errorf("%d and %d events", len(first.Events), len(second.Events))
	}
	if err := l.Append(inside(t.Context()), "app", "web", []Event{{time.Now().Add(time.Second), "late"}}); err != nil {
		t.Fatal(err)
	}
	if got := read(second.NextForwardToken).Events; len(got) != 1 || *got[0].Message != "late" {
		t.Errorf("%+v", got)
	}
}

func TestStreamsAreSearchedTogether(t *testing.T) {
	l, c := filled(t, 1500)
	fill(t, l, "db", 1500)
	var all []string
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("app"), Limit: aws.Int32(400)}
	var before int64
	for {
		out := must[cloudwatchlogs.FilterLogEventsOutput](t)(c.FilterLogEvents(t.Context(), in))
		for _, e := range out.Events {
			if *e.Timestamp < before {
				t.Fatalf("%s comes too late", *e.Message)
			}
			before = *e.Timestamp
			all = append(all, *e.LogStreamName+"/"+*e.Message)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if len(all) != 3000 {
		t.Errorf("%d events", len(all))
	}
	narrow := must[cloudwatchlogs.FilterLogEventsOutput](t)(c.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: aws.String("app"), LogStreamNamePrefix: aws.String("d"), FilterPattern: aws.String(`"db 149" -"db 1499"`),
	}))
	if len(narrow.Events) != 10 || *narrow.Events[0].Message != "db 149" {
		t.Errorf("%d events", len(narrow.Events))
	}
}

func TestPatterns(t *testing.T) {
	cases := []struct {
		pattern, message string
		want             bool
	}{
		{"", "anything", true},
		{"ERROR", "an ERROR happened", true},
		{"ERROR", "an error happened", false},
		{"ERROR disk", "disk: ERROR", true},
		{"ERROR disk", "ERROR", false},
		{`"disk full"`, "the disk full of it", true},
		{`"disk full"`, "full disk", false},
		{"ERROR -retry", "ERROR, will retry", false},
		{"ERROR -retry", "ERROR", true},
		{"?ERROR ?WARN", "WARN", true},
		{"?ERROR ?WARN", "INFO", false},
		{"%5[0-9][0-9]%", "status 503", true},
		{`{ $.level = "error" }`, `{"level":"error"}`, true},
		{`{ $.level = "err*" }`, `{"level":"error"}`, true},
		{`{ $.level = error }`, `{"level":"error"}`, true},
		{`{ $.level = "error" }`, `level=error`, false},
		{`{ $.level != "error" }`, `{"level":"info"}`, true},
		{`{ $.level != "error" }`, `{}`, false},
		{`{ $.http.status >= 500 && $.http.status < 600 }`, `{"http":{"status":503}}`, true},
		{`{ $.http.status >= 500 && $.http.status < 600 }`, `{"http":{"status":404}}`, false},
		{`{ ($.a = 1) || ($.b[1] = "x") }`, `{"b":["y","x"]}`, true},
		{`{ $.a = 1 || $.b = 2 && $.c = 3 }`, `{"a":1}`, true},
		{`{ $.user NOT EXISTS }`, `{"a":1}`, true},
		{`{ $.user IS NULL }`, `{"user":null}`, true},
		{`{ $.ok IS TRUE }`, `{"ok":false}`, false},
	}
	for _, c := range cases {
		match, err := parsePattern(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got := match == nil || match(c.message); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.message, got)
		}
	}
}
