package cloud

// Image is an image that was found.
type Image struct {
	Reference string // "repository@sha256:…"
}
type subnetList struct{}
type registryToken struct{}
type look struct{}
