package wire

// Tagged is a resource as the Resource Groups Tagging API sees it: its ARN and
// the tags it carries.
type Tagged struct {
	ARN  string
	Tags map[string]string
}
