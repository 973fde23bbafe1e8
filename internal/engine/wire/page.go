package wire

import (
	"encoding/base64"
	"strconv"
)

// Page cuts one page out of items, which must be in a stable order. The token
// is the caller's NextToken or Marker; limit is its MaxResults, and fallback
// is AWS's page size where the caller gave none. The error code for a token
// that Page did not make is invalidToken.
func Page[T any](items []T, token *string, limit *int32, fallback int, invalidToken string) ([]T, *string, error) {
	from, size := 0, fallback
	if limit != nil && *limit > 0 {
		size = int(*limit)
	}
	if token != nil && *token != "" {
		text, err := base64.RawURLEncoding.DecodeString(*token)
		if err == nil {
			from, err = strconv.Atoi(string(text))
		}
		if err != nil || from < 0 {
			return nil, nil, Fault(invalidToken, "The token is not valid.")
		}
	}
	from = min(from, len(items))
	to := min(from+size, len(items))
	if to == len(items) {
		return items[from:to], nil, nil
	}
	next := base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	return items[from:to], &next, nil
}
