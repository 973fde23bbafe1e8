package wire

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestPagesCoverAllItemsOnce(t *testing.T) {
	items := []int{1, 2, 3, 4, 5}
	cases := []struct {
		limit    *int32
		fallback int
		want     string
	}{
		{nil, 10, "[[1 2 3 4 5]]"},
		{nil, 2, "[[1 2] [3 4] [5]]"},
		{aws.Int32(3), 10, "[[1 2 3] [4 5]]"},
		{aws.Int32(5), 10, "[[1 2 3 4 5]]"},
		{aws.Int32(0), 4, "[[1 2 3 4] [5]]"},
	}
	for _, c := range cases {
		var pages [][]int
		var token *string
		for more := true; more; more = token != nil {
			page, next, err := Page(items, token, c.limit, c.fallback, "InvalidToken")
			if err != nil {
				t.Fatal(err)
			}
			pages, token = append(pages, page), next
		}
		if got := fmt.Sprint(pages); got != c.want {
			t.Errorf("limit %v, fallback %d: got %s, want %s", c.limit, c.fallback, got, c.want)
		}
	}
}

func TestTokensThatPageDidNotMake(t *testing.T) {
	for _, token := range []string{"!", "YQ", "LTE"} {
		_, _, err := Page([]int{1}, &token, nil, 1, "InvalidNextToken")
		if err == nil || err.Error() != "api error InvalidNextToken: The token is not valid." {
			t.Errorf("%s: got %v", token, err)
		}
	}
}
