package cli

import (
	"strings"
	"testing"
)

func TestSlug(t *testing.T) {
	long := "feature/" + strings.Repeat("very-", 10) + "long"
	cases := []struct{ branch, want string }{
		{"main", "main"},
		{"feature/Login_Page", "feature-login-page"},
		{"--odd//name--", "odd-name"},
		{"übung", "bung"},
		{"", ""},
		{long, "feature-very-very-very-very-very-" + slug(long)[33:]},
	}
	for _, c := range cases {
		if got := slug(c.branch); got != c.want {
			t.Errorf("slug(%q) = %q, want %q", c.branch, got, c.want)
		}
	}
	if other := slug(long + "er"); other == slug(long) || len(other) > 40 {
		t.Errorf("two long branches have one slug, or it is too long: %q", other)
	}
}

func TestPhotonsVariables(t *testing.T) {
	clear := func(t *testing.T) {
		for _, name := range append(branchVariables, commitVariables...) {
			t.Setenv(name, "")
		}
	}
	cases := []struct {
		name     string
		env      map[string]string
		variable string
		want     string
	}{
		{"a pull request's branch before the merge's", map[string]string{"GITHUB_HEAD_REF": "fix/Cart", "GITHUB_REF_NAME": "7/merge"}, "PHOTON_BRANCH", "fix-cart"},
		{"a push", map[string]string{"GITHUB_REF_NAME": "main"}, "PHOTON_BRANCH", "main"},
		{"another CI", map[string]string{"CI_COMMIT_REF_NAME": "main", "CI_COMMIT_SHA": "abc"}, "PHOTON_COMMIT", "abc"},
		{"the environment's own value wins", map[string]string{"PHOTON_BRANCH": "given"}, "PHOTON_BRANCH", "given"},
		{"the flag --env", nil, "PHOTON_ENV", "beta"},
		{"the flag --instance", nil, "PHOTON_INSTANCE", "pr-7"},
		{"any variable", map[string]string{"VERSION": "1.2"}, "VERSION", "1.2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			clear(t)
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			got, ok := variables{environment: "beta", instance: "pr-7", checkout: readCheckout}.lookup(c.variable)
			if !ok || got != c.want {
				t.Errorf("got %q, %v; want %q", got, ok, c.want)
			}
		})
	}
	if value, ok := (variables{checkout: readCheckout}).lookup("PHOTON_TEST_IS_NOT_SET"); ok {
		t.Errorf("an unset variable is %q", value)
	}
}
