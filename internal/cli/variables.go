package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"strings"
)

// variables finds the values of ${NAME} in a file: the environment's own, and
// the four that Photon sets from the CI's variables or from git.
type variables struct {
	environment, instance string // as given by flags
	checkout              func() checkout
}

// checkout is what the CI or git says about the code being deployed.
type checkout struct {
	branch, commit, author string
}

// lookup finds a variable; it is what spec.Load asks.
func (v variables) lookup(name string) (string, bool) {
	if value, ok := os.LookupEnv(name); ok {
		return value, true
	}
	value := ""
	switch name {
	case "PHOTON_ENV":
		value = v.environment
	case "PHOTON_INSTANCE":
		value = v.instance
	case "PHOTON_BRANCH":
		value = slug(v.checkout().branch)
	case "PHOTON_COMMIT":
		value = v.checkout().commit
	}
	return value, value != ""
}

// The variables in which CI systems tell the branch and the commit, in the
// order in which they are believed: a pull request's source branch first.
var (
	branchVariables = []string{
		"GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME",
		"CIRCLE_BRANCH", "BUILDKITE_BRANCH", "BITBUCKET_BRANCH", "SYSTEM_PULLREQUEST_SOURCEBRANCH",
		"BUILD_SOURCEBRANCHNAME", "TRAVIS_PULL_REQUEST_BRANCH", "TRAVIS_BRANCH", "CHANGE_BRANCH", "GIT_BRANCH",
	}
	commitVariables = []string{
		"GITHUB_SHA", "CI_COMMIT_SHA", "CIRCLE_SHA1", "BUILDKITE_COMMIT", "BITBUCKET_COMMIT",
		"CODEBUILD_RESOLVED_SOURCE_VERSION", "BUILD_SOURCEVERSION", "TRAVIS_COMMIT", "GIT_COMMIT",
	}
)

func readCheckout() checkout {
	c := checkout{branch: firstSet(branchVariables), commit: firstSet(commitVariables)}
	if c.branch == "" {
		c.branch = git("rev-parse", "--abbrev-ref", "HEAD")
	}
	if c.commit == "" {
		c.commit = git("rev-parse", "HEAD")
	}
	c.author = git("log", "-1", "--format=%an")
	return c
}

func firstSet(names []string) string {
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return ""
}

// git answers a question about the checkout; "" where there is none.
func git(args ...string) string {
	out, err := exec.Command("git", args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// slug turns a branch's name into a DNS label of at most 40 characters; what
// is cut off is told apart by a hash.
func slug(name string) string {
	label := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, name)
	for strings.Contains(label, "--") {
		label = strings.ReplaceAll(label, "--", "-")
	}
	label = strings.Trim(label, "-")
	const longest = 40
	if len(label) <= longest {
		return label
	}
	sum := sha256.Sum256([]byte(name))
	return strings.TrimRight(label[:longest-7], "-") + "-" + hex.EncodeToString(sum[:3])
}
