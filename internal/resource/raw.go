package resource

import (
	"encoding/json"
	"fmt"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"photon/internal/spec"
)

// patched applies the operations of "raw" to an API input.
func patched(document Document, operations []spec.PatchOperation, subject string) (Document, error) {
	document = toDocument(document)
	if len(operations) == 0 {
		return document, nil
	}
	text, err := json.Marshal(operations)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", subject, err)
	}
	patch, err := jsonpatch.DecodePatch(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", subject, err)
	}
	before, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", subject, err)
	}
	after, err := patch.Apply(before)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", subject, err)
	}
	result := Document{}
	if err := json.Unmarshal(after, &result); err != nil {
		return nil, fmt.Errorf("%s: %w", subject, err)
	}
	return result, nil
}
