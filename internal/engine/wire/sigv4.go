package wire

import (
	"net/http"
	"slices"
	"strings"
)

// noAccount is whom an access key belongs to that does not name an account.
const noAccount = "000000000000"

// scope is what a signature says about its request.
type scope struct {
	accessKey, region, service string
}

// scopeOf reads the credential scope of a request that is signed in its header
// or in its address. The signature itself is not checked: any key is good.
func scopeOf(r *http.Request) (scope, error) {
	credential := r.URL.Query().Get("X-Amz-Credential")
	if header := r.Header.Get("Authorization"); header != "" {
		credential = credentialOf(header)
		if credential == "" {
			return scope{}, Fault("IncompleteSignature", "The Authorization header has no AWS credential scope.")
		}
	}
	if credential == "" {
		return scope{}, Fault("MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	parts := strings.Split(credential, "/")
	if len(parts) != 5 || parts[4] != "aws4_request" || slices.Contains(parts, "") {
		return scope{}, Fault("IncompleteSignature", "The credential scope %q is not key/date/region/service/aws4_request.", credential)
	}
	return scope{accessKey: parts[0], region: parts[2], service: parts[3]}, nil
}

func credentialOf(authorization string) string {
	algorithm, rest, _ := strings.Cut(authorization, " ")
	if algorithm != "AWS4-HMAC-SHA256" {
		return ""
	}
	for part := range strings.SplitSeq(rest, ",") {
		if credential, ok := strings.CutPrefix(strings.TrimSpace(part), "Credential="); ok {
			return credential
		}
	}
	return ""
}

// account is the account of an access key: itself when it is twelve digits, or
// the twelve digits after the "ASIA" of a temporary key.
func account(accessKey string) string {
	digits := accessKey
	if rest, temporary := strings.CutPrefix(accessKey, "ASIA"); temporary {
		digits = rest[:min(len(rest), len(noAccount))]
	}
	if len(digits) != len(noAccount) || strings.Trim(digits, "0123456789") != "" {
		return noAccount
	}
	return digits
}
