package ecr

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/smithy-go"

	"photon/internal/engine/wire"
)

// registry is the OCI distribution API 1.1 over the same images as the ECR
// API. It refuses what ECR refuses: anonymous use, and repositories that
// nobody created.
type registry struct{ ecr *ECR }

// visit is one request to a repository.
type visit struct {
	*registry
	w     http.ResponseWriter
	r     *http.Request
	place place
	ref   string // digest, tag or upload id
}

func (g *registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	login, err := g.authenticate(r)
	if err != nil {
		refuse(w, err)
		return
	}
	r = r.WithContext(wire.With(r.Context(), login.call()))
	path := strings.TrimPrefix(r.URL.Path, "/v2/")
	switch {
	case path == "":
		writeJSON(w, struct{}{})
	case path == "_catalog":
		g.catalog(w, r)
	default:
		g.serveRepository(w, r, path)
	}
}

// authenticate checks the Basic login, or the token of a download address.
func (g *registry) authenticate(r *http.Request) (login, error) {
	if token := r.URL.Query().Get("token"); token != "" && r.Method == http.MethodGet {
		l, err := g.ecr.verify(token)
		if err == nil && l.Path != r.URL.Path {
			err = errForged
		}
		return l, err
	}
	user, password, ok := r.BasicAuth()
	if !ok || user != "AWS" {
		return login{}, errForged
	}
	l, err := g.ecr.verify(password)
	if err == nil && l.Path != "" {
		err = errForged
	}
	return l, err
}

// sections are what can follow a repository's name, which may itself contain
// slashes and any of these words: the last one counts.
var sections = []struct {
	name  string
	serve func(*visit)
}{
	{"/blobs/uploads/", (*visit).upload},
	{"/blobs/", (*visit).blob},
	{"/manifests/", (*visit).manifest},
	{"/referrers/", (*visit).referrers},
	{"/tags/list", (*visit).tagList},
}

func (g *registry) serveRepository(w http.ResponseWriter, r *http.Request, path string) {
	for _, section := range sections {
		at := strings.LastIndex(path, section.name)
		if at <= 0 {
			continue
		}
		name, ref := path[:at], path[at+len(section.name):]
		if strings.Contains(ref, "/") {
			continue
		}
		place, _, err := g.ecr.at(r.Context(), &name, nil)
		if err != nil {
			refuse(w, err)
			return
		}
		section.serve(&visit{registry: g, w: w, r: r, place: place, ref: ref})
		return
	}
	refuse(w, &fault{http.StatusNotFound, "UNSUPPORTED", "no such endpoint"})
}

func (g *registry) catalog(w http.ResponseWriter, r *http.Request) {
	var names []string
	for _, row := range g.ecr.repositories.All(wire.From(r.Context()).World()) {
		names = append(names, row.Name)
	}
	names, err := pageOf(w, r, names)
	if err != nil {
		refuse(w, err)
		return
	}
	writeJSON(w, map[string][]string{"repositories": names})
}

func (v *visit) tagList() {
	if v.r.Method != http.MethodGet {
		v.unsupported()
		return
	}
	tags := []string{}
	for key := range v.ecr.tags.All(v.place.tag("")) {
		tags = append(tags, strings.TrimPrefix(key, v.place.tag("")))
	}
	tags, err := pageOf(v.w, v.r, tags)
	if err != nil {
		v.refuse(err)
		return
	}
	writeJSON(v.w, map[string]any{"name": v.place.name, "tags": tags})
}

// pageOf cuts one page out of sorted names, as "n" and "last" ask, and links
// to the next.
func pageOf(w http.ResponseWriter, r *http.Request, names []string) ([]string, error) {
	query := r.URL.Query()
	last, rest := query.Get("last"), []string{}
	for _, name := range names {
		if name > last {
			rest = append(rest, name)
		}
	}
	if !query.Has("n") {
		return rest, nil
	}
	n, err := strconv.Atoi(query.Get("n"))
	if err != nil || n < 0 {
		return nil, &fault{http.StatusBadRequest, "PAGINATION_NUMBER_INVALID", "invalid number of results requested"}
	}
	if n >= len(rest) {
		return rest, nil
	}
	if n > 0 {
		next := url.Values{"n": {strconv.Itoa(n)}, "last": {rest[n-1]}}
		w.Header().Set("Link", "<"+r.URL.Path+"?"+next.Encode()+`>; rel="next"`)
	}
	return rest[:n], nil
}

func (v *visit) refuse(err error) { refuse(v.w, err) }

func (v *visit) unsupported() {
	v.refuse(&fault{http.StatusMethodNotAllowed, "UNSUPPORTED", "The operation is unsupported."})
}

// fault is an error in the codes of the OCI distribution specification.
type fault struct {
	status        int
	code, message string
}

func (f *fault) Error() string { return f.message }

// faults translates ECR's codes.
var faults = map[string]fault{
	"RepositoryNotFoundException":       {status: http.StatusNotFound, code: "NAME_UNKNOWN"},
	"ImageNotFoundException":            {status: http.StatusNotFound, code: "MANIFEST_UNKNOWN"},
	"LayersNotFoundException":           {status: http.StatusNotFound, code: "MANIFEST_BLOB_UNKNOWN"},
	"ReferencedImagesNotFoundException": {status: http.StatusNotFound, code: "MANIFEST_BLOB_UNKNOWN"},
	"ImageTagAlreadyExistsException":    {status: http.StatusBadRequest, code: "TAG_INVALID"},
	"ImageDigestDoesNotMatchException":  {status: http.StatusBadRequest, code: "DIGEST_INVALID"},
	"InvalidParameterException":         {status: http.StatusBadRequest, code: "MANIFEST_INVALID"},
	"UnsupportedImageTypeException":     {status: http.StatusBadRequest, code: "MANIFEST_INVALID"},
}

// asFault finds the fault in err; what is nobody's fault is the engine's.
func asFault(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	switch {
	case errors.Is(err, errForged):
		return &fault{http.StatusUnauthorized, "UNAUTHORIZED", err.Error()}
	case errors.Is(err, errExpired):
		return &fault{http.StatusForbidden, "DENIED", err.Error()}
	case errors.Is(err, errNoUpload):
		return &fault{http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", err.Error()}
	case errors.Is(err, errOffset):
		return &fault{http.StatusRequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID", err.Error()}
	case errors.Is(err, errDigest):
		return &fault{http.StatusBadRequest, "DIGEST_INVALID", err.Error()}
	}
	var known smithy.APIError
	if errors.As(err, &known) {
		if f, ok := faults[known.ErrorCode()]; ok {
			f.message = known.ErrorMessage()
			return &f
		}
	}
	return &fault{http.StatusInternalServerError, "UNKNOWN", err.Error()}
}

func refuse(w http.ResponseWriter, err error) {
	f := asFault(err)
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="photon",service="ecr.amazonaws.com"`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []map[string]string{{"code": f.code, "message": f.message}}})
}

func writeJSON(w http.ResponseWriter, value any) { writeJSONAs(w, "application/json", value) }

func writeJSONAs(w http.ResponseWriter, mediaType string, value any) {
	w.Header().Set("Content-Type", mediaType)
	_ = json.NewEncoder(w).Encode(value) // a client that went away needs no answer
}
