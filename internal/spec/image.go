package spec

import "strings"

// image is a reference to an image: [registry/]repository[:tag][@digest].
type image string

const (
	repositoryPattern pattern = `(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?` + pathPattern + `(?:/` + pathPattern + `)*`
	pathPattern       pattern = `[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`
	tagPattern        pattern = `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`
	digestPattern     pattern = `sha256:[0-9a-f]{64}`
)

func (i *image) read(n *node) *fault {
	if n.kind != kindText {
		return n.expects("an image reference", `such as "registry.example.com/orders:1.4.2"`)
	}
	repository, tag, digest := splitImage(n.text)
	switch {
	case n.text == "":
		return faultf(`such as "registry.example.com/orders:1.4.2"`, "is empty")
	case strings.ContainsAny(n.text, " \t\n"):
		return faultf("", "an image reference has no spaces, got %s", n.says())
	case strings.Contains(n.text, "://"):
		return faultf("leave the scheme out", "an image reference is not a URL, got %s", n.says())
	case tag == ":":
		return faultf("", "the tag after the colon is empty, got %s", n.says())
	case tag != "" && !tagPattern.match(tag[1:]):
		return faultf("a tag has letters, digits, dots, hyphens and underscores, 128 at most", "%q is not a tag", tag[1:])
	case digest != "" && !digestPattern.match(digest[1:]):
		return faultf("a digest is sha256: and 64 hexadecimal digits", "%q is not a digest", digest[1:])
	case !repositoryPattern.match(repository):
		return faultf(imageHint(repository), "%q is not the name of an image", repository)
	}
	*i = image(n.text)
	return nil
}

// splitImage keeps the ":" of the tag and the "@" of the digest, so that empty
// ones are seen.
func splitImage(reference string) (repository, tag, digest string) {
	repository = reference
	if i := strings.IndexByte(repository, '@'); i >= 0 {
		repository, digest = repository[:i], repository[i:]
	}
	if i := strings.LastIndexByte(repository, ':'); i > strings.LastIndexByte(repository, '/') {
		repository, tag = repository[:i], repository[i:]
	}
	return repository, tag, digest
}

func imageHint(repository string) string {
	if lower := strings.ToLower(repository); repositoryPattern.match(lower) {
		return "names of images are in lower case: " + lower
	}
	return ""
}
