package wire

import (
	"compress/gzip"
	"io"
	"net/http"
)

// maxBody is above every limit that AWS sets for the bodies of these services.
const maxBody = 16 << 20

func readBody(r *http.Request) ([]byte, error) {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, Fault("SerializationException", "the body is not gzip: %v", err)
		}
		body = unzipped
	}
	content, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	switch {
	case err != nil:
		return nil, Fault("SerializationException", "the body ended early: %v", err)
	case len(content) > maxBody:
		return nil, Fault("RequestEntityTooLarge", "the body is larger than %d bytes", maxBody)
	}
	return content, nil
}
