package ecr

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// largestManifest is ECR's limit.
const largestManifest = 4 << 20

// manifest serves /v2/<name>/manifests/<tag or digest>.
func (v *visit) manifest() {
	if !tagShape.MatchString(v.ref) && !digestShape.MatchString(v.ref) {
		v.refuse(&fault{http.StatusBadRequest, "MANIFEST_INVALID", "invalid tag or digest"})
		return
	}
	switch v.r.Method {
	case http.MethodGet, http.MethodHead:
		v.getManifest()
	case http.MethodPut:
		v.putManifest()
	case http.MethodDelete:
		v.deleteManifest()
	default:
		v.unsupported()
	}
}

func (v *visit) getManifest() {
	digest, row, ok := v.ecr.find(v.place, v.ref)
	if !ok {
		v.refuse(noImage(v.place, v.identifier()))
		return
	}
	v.w.Header().Set("Content-Type", row.MediaType)
	v.w.Header().Set("Content-Length", strconv.Itoa(len(row.Body)))
	v.w.Header().Set("Docker-Content-Digest", digest)
	if v.r.Method == http.MethodGet {
		_, _ = v.w.Write(row.Body) // a client that went away needs no answer
	}
}

func (v *visit) putManifest() {
	body, err := readAll(v.w, v.r, largestManifest)
	if err != nil {
		v.refuse(err)
		return
	}
	row, err := readImage(v.r.Header.Get("Content-Type"), body)
	if err != nil {
		v.refuse(err)
		return
	}
	id := v.identifier()
	if err := row.matches(id.ImageDigest); err != nil {
		v.refuse(err)
		return
	}
	tag := ""
	if id.ImageTag != nil {
		tag = *id.ImageTag
	}
	digest, _, err := v.ecr.put(v.place, row, tag)
	if err != nil {
		v.refuse(err)
		return
	}
	if row.Subject != "" {
		v.w.Header().Set("Oci-Subject", row.Subject)
	}
	v.created("/manifests/"+digest, digest)
}

func (v *visit) deleteManifest() {
	_, refused := v.ecr.remove(v.place, v.ref)
	switch {
	case refused == nil:
		v.w.WriteHeader(http.StatusAccepted)
	case refused.code == types.ImageFailureCodeImageNotFound:
		v.refuse(noImage(v.place, v.identifier()))
	default:
		v.refuse(&fault{http.StatusForbidden, "DENIED", refused.reason})
	}
}

// referrers serves /v2/<name>/referrers/<digest>: an index of the images that
// are about another one, such as its signatures.
func (v *visit) referrers() {
	if v.r.Method != http.MethodGet {
		v.unsupported()
		return
	}
	found := []descriptor{}
	for key, row := range v.ecr.images.All(v.place.image("")) {
		if row.Subject == v.ref {
			found = append(found, descriptor{
				MediaType: row.MediaType, Digest: strings.TrimPrefix(key, v.place.image("")), Size: int64(len(row.Body)),
			})
		}
	}
	writeJSONAs(v.w, ociIndex, map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": found})
}

func (v *visit) identifier() types.ImageIdentifier {
	if strings.Contains(v.ref, ":") {
		return types.ImageIdentifier{ImageDigest: &v.ref}
	}
	return types.ImageIdentifier{ImageTag: &v.ref}
}
