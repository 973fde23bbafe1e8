package balancer_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// colours serves two target groups that answer with their name.
func (w *world) colours() {
	w.backend("10.0.0.1:80", says("blue"))
	w.backend("10.0.0.2:80", says("green"))
	w.balancer.Serve(groupARN("blue"), at("10.0.0.1:80"), nil)
	w.balancer.Serve(groupARN("green"), at("10.0.0.2:80"), nil)
}

func (w *world) tally(n int, headers ...string) map[string]int {
	count := map[string]int{}
	for range n {
		_, body := w.get("/", headers...)
		count[body]++
	}
	return count
}

func TestWeightsShareTheRequests(t *testing.T) {
	inBubble(t, func(w *world) {
		w.colours()
		w.route(weights(0, "blue", 90, "green", 10))
		if n := w.tally(2000); n["green"] < 140 || n["green"] > 260 || n["blue"]+n["green"] != 2000 {
			t.Errorf("of 2000 requests at 90:10, %v", n)
		}
	})
}

func TestAGroupOfWeightZeroGetsNothing(t *testing.T) {
	inBubble(t, func(w *world) {
		w.colours()
		w.route(weights(0, "blue", 1, "green", 0))
		if n := w.tally(300); n["blue"] != 300 {
			t.Errorf("%v", n)
		}
	})
}

func TestAStickyClientStaysUntilTheWeightIsZero(t *testing.T) {
	inBubble(t, func(w *world) {
		w.colours()
		w.route(weights(60, "blue", 0, "green", 1))
		r, _ := w.get("/")
		cookies := r.Cookies()
		if len(cookies) != 2 || cookies[0].Name != "AWSALBTG" || cookies[1].Name != "AWSALBTGCORS" || !cookies[0].Expires.Equal(time.Now().Add(time.Minute)) {
			t.Fatalf("cookies: %v", cookies)
		}
		cookie := "Cookie: a=b; AWSALBTG=" + cookies[0].Value
		w.route(weights(60, "blue", 999, "green", 1))
		if n := w.tally(50, cookie); n["green"] != 50 {
			t.Errorf("with the cookie: %v", n)
		}
		w.route(weights(60, "blue", 1, "green", 0))
		if n := w.tally(50, cookie); n["blue"] != 50 {
			t.Errorf("with the cookie of a group of weight zero: %v", n)
		}
	})
}

func TestTargetsOfAGroupTakeTurns(t *testing.T) {
	inBubble(t, func(w *world) {
		w.backend("10.0.0.1:80", says("a"))
		w.backend("10.0.0.2:80", says("b"))
		w.balancer.Serve(groupARN("web"), at("10.0.0.1:80", "10.0.0.2:80"), nil)
		w.route(weights(0, "web", 1))
		if n := w.tally(100); n["a"] != 50 || n["b"] != 50 {
			t.Errorf("%v", n)
		}
	})
}

func fixed(body string) []types.Action {
	return []types.Action{{Type: types.ActionTypeEnumFixedResponse, FixedResponseConfig: &types.FixedResponseActionConfig{
		StatusCode: aws.String("200"), MessageBody: aws.String(body), ContentType: aws.String("text/plain"),
	}}}
}

func TestTheFirstMatchingRuleAnswers(t *testing.T) {
	rules := []types.Rule{
		{Priority: aws.String("20"), Actions: fixed("api"), Conditions: []types.RuleCondition{{Field: aws.String("path-pattern"), Values: []string{"/api/*", "/v?/x"}}}},
		{Priority: aws.String("3"), Actions: fixed("admin"), Conditions: []types.RuleCondition{
			{Field: aws.String("path-pattern"), Values: []string{"/api/admin"}},
			{Field: aws.String("http-header"), HttpHeaderConfig: &types.HttpHeaderConditionConfig{HttpHeaderName: aws.String("X-Role"), Values: []string{"Admin*"}}}}},
		{Priority: aws.String("30"), Actions: fixed("host"), Conditions: []types.RuleCondition{{Field: aws.String("host-header"), Values: []string{"*.Example.org"}}}},
		{Priority: aws.String("40"), Actions: fixed("query"), Conditions: []types.RuleCondition{{Field: aws.String("query-string"), QueryStringConfig: &types.QueryStringConditionConfig{
			Values: []types.QueryStringKeyValuePair{{Key: aws.String("version"), Value: aws.String("2*")}, {Value: aws.String("canary")}}}}}},
		{Priority: aws.String("50"), Actions: fixed("method"), Conditions: []types.RuleCondition{{Field: aws.String("http-request-method"), HttpRequestMethodConfig: &types.HttpRequestMethodConditionConfig{Values: []string{"OPTIONS"}}}}},
		{Priority: aws.String("60"), Actions: fixed("source"), Conditions: []types.RuleCondition{
			{Field: aws.String("source-ip"), SourceIpConfig: &types.SourceIpConditionConfig{Values: []string{"10.9.0.0/16"}}},
			{Field: aws.String("path-pattern"), Values: []string{"/source"}}}},
	}
	cases := []struct{ line, headers, want string }{
		{"GET /api/x", "", "api"},
		{"GET /api", "", "default"},
		{"GET /API/x", "", "default"},
		{"GET /v2/x?y=/z", "", "api"},
		{"GET /api/admin", "X-Role: administrator", "admin"},
		{"GET /api/admin", "X-Role: user", "api"},
		{"GET /", "Host: shop.example.ORG:8080", "host"},
		{"GET /?a=b&Version=2.1", "", "query"},
		{"GET /?x=canary", "", "query"},
		{"GET /?version=1", "", "default"},
		{"OPTIONS /", "", "method"},
		{"GET /source", "", "source"},
		{"GET http://a.example.org/", "", "host"},
	}
	inBubble(t, func(w *world) {
		w.route(types.Action{Type: types.ActionTypeEnumFixedResponse, FixedResponseConfig: fixed("default")[0].FixedResponseConfig}, rules...)
		for _, c := range cases {
			if !strings.HasPrefix(c.headers, "Host:") {
				c.headers = strings.TrimPrefix(c.headers+"\r\nHost: localhost", "\r\n")
			}
			p := w.dial()
			_, got := p.send(c.line + " HTTP/1.1\r\n" + c.headers + "\r\n\r\n").response("GET")
			p.Close()
			if got != c.want {
				t.Errorf("%s %s: got %s, want %s", c.line, c.headers, got, c.want)
			}
		}
	})
}

// A listener port below 1024 may be served at a higher one.
func TestARedirectKeepsThePortThatTheClientUsed(t *testing.T) {
	inBubble(t, func(w *world) {
		w.route(types.Action{Type: types.ActionTypeEnumRedirect, RedirectConfig: &types.RedirectActionConfig{
			StatusCode: types.RedirectActionStatusCodeEnumHttp302, Path: aws.String("/new"),
		}})
		for host, want := range map[string]string{"127.88.0.1:8080": "http://127.88.0.1:8080/new", "a": "http://a:80/new"} {
			p := w.dial()
			r, _ := p.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").response("GET")
			if got := r.Header.Get("Location"); r.StatusCode != http.StatusFound || got != want {
				t.Errorf("%d %s, want %s", r.StatusCode, got, want)
			}
			p.Close()
		}
	})
}

func TestARedirectFillsInThePartsOfTheRequest(t *testing.T) {
	inBubble(t, func(w *world) {
		w.route(types.Action{Type: types.ActionTypeEnumRedirect, RedirectConfig: &types.RedirectActionConfig{
			StatusCode: types.RedirectActionStatusCodeEnumHttp301, Protocol: aws.String("HTTPS"), Port: aws.String("443"),
			Host: aws.String("www.#{host}"), Path: aws.String("/new/#{path}"), Query: aws.String("#{query}&from=old"),
		}})
		r, _ := w.get("/a/b?c=d")
		if r.StatusCode != http.StatusMovedPermanently || r.Header.Get("Location") != "https://www.shop.example.com:443/new/a/b?c=d&from=old" {
			t.Errorf("%d %s", r.StatusCode, r.Header.Get("Location"))
		}
	})
}
