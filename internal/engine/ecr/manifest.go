package ecr

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	ociManifest    = "application/vnd.oci.image.manifest.v1+json"
	ociIndex       = "application/vnd.oci.image.index.v1+json"
)

// image is one row: a manifest, and what is known from reading it.
type image struct {
	MediaType  string
	Body       []byte
	Pushed     time.Time
	ConfigType string   // media type of the configuration
	Size       int64    // of the layers, as they are stored
	Layers     []string // digests that must be there, the configuration first
	Children   []string // digests of the images of an index
	Subject    string   // digest of the image that this one is about
}

// manifest is what the registry needs to know of a manifest or an index (OCI
// image specification 1.1, Docker image manifest version 2 schema 2).
type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        *descriptor  `json:"config"`
	Layers        []descriptor `json:"layers"`
	Manifests     []descriptor `json:"manifests"`
	Subject       *descriptor  `json:"subject"`
}

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

// readImage understands a manifest. The media type is the one that the client
// said, or else the one inside.
func readImage(mediaType string, body []byte) (image, error) {
	var m manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return image{}, invalid("imageManifest", "Invalid JSON syntax")
	}
	if mediaType == "" {
		mediaType = m.MediaType
	}
	if m.MediaType != "" && m.MediaType != mediaType {
		return image{}, invalid("imageManifest", "media type must be the one of the request")
	}
	row := image{MediaType: mediaType, Body: body, Pushed: time.Now().UTC()}
	if m.Subject != nil {
		row.Subject = m.Subject.Digest
	}
	switch {
	case m.SchemaVersion != 2:
		return image{}, unsupportedType("manifest with schemaVersion other than 2")
	case mediaType == dockerList || mediaType == ociIndex:
		for _, child := range m.Manifests {
			row.Children = append(row.Children, child.Digest)
		}
	case mediaType != dockerManifest && mediaType != ociManifest:
		return image{}, unsupportedType("media type '" + mediaType + "'")
	case m.Config == nil:
		return image{}, invalid("imageManifest", "must have a config")
	default:
		row.addLayers(m)
	}
	for _, digest := range append(row.Layers, row.Children...) {
		if !digestShape.MatchString(digest) {
			return image{}, invalid("imageManifest", "must have valid digests")
		}
	}
	return row, nil
}

func (i *image) addLayers(m manifest) {
	i.ConfigType = m.Config.MediaType
	i.Layers = append(i.Layers, m.Config.Digest)
	for _, layer := range m.Layers {
		i.Size += layer.Size
		// Foreign layers are fetched from elsewhere and may not be pushed.
		if !strings.Contains(layer.MediaType, "foreign") && !strings.Contains(layer.MediaType, "nondistributable") {
			i.Layers = append(i.Layers, layer.Digest)
		}
	}
}

func unsupportedType(what string) error {
	message := "Unsupported image: " + what
	return &types.UnsupportedImageTypeException{Message: &message}
}
