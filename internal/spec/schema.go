package spec

import (
	_ "embed"
	"slices"
)

//go:embed deployment.schema.json
var schemaJSON []byte

// Schema returns the JSON Schema of the deployment file, draft 2020-12. It is
// generated from the file types; variables may stand for any scalar in it.
func Schema() []byte { return slices.Clone(schemaJSON) }
