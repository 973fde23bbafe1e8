package wire

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

type acceptInput struct {
	Name   *string
	DryRun *bool
	Count  int32
	List   []string
}

func TestAcceptRefusesWhatTheHandlerWouldIgnore(t *testing.T) {
	handle := Accept(func(context.Context, *acceptInput) (*string, error) { return aws.String("done"), nil }, "Name")
	cases := []struct {
		name string
		in   acceptInput
		want string
	}{
		{"known", acceptInput{Name: aws.String("a")}, ""},
		{"pointer to false", acceptInput{DryRun: aws.Bool(false)}, ""},
		{"pointer to true", acceptInput{DryRun: aws.Bool(true)}, "api error UnsupportedOperation: Make: the engine does not have the parameter DryRun."},
		{"number", acceptInput{Count: 1}, "api error UnsupportedOperation: Make: the engine does not have the parameter Count."},
		{"list", acceptInput{List: []string{"x"}}, "api error UnsupportedOperation: Make: the engine does not have the parameter List."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := handle(With(t.Context(), Call{Operation: "Make"}), &c.in)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
