package ec2

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

// row is a resource that can be described: by id, or by filters.
type row interface {
	id() string
	// field returns what a filter compares with, and false for a filter
	// that the kind does not have. It must answer on a zero value.
	field(name string) (values []string, known bool)
	// missing is EC2's error for an id that does not exist.
	missing(id string) error
}

// find returns the rows with the given ids (all rows when there are none)
// that pass every filter, in the order of their ids.
func find[T row](ctx context.Context, e *EC2, table *state.Table[T], ids []string, filters []types.Filter) ([]T, error) {
	world := wire.From(ctx).World()
	for _, id := range ids {
		if row, ok := table.Get(world + id); !ok {
			return nil, row.missing(id)
		}
	}
	var rows []T
	for _, row := range table.All(world) {
		if len(ids) == 0 || slices.Contains(ids, row.id()) {
			rows = append(rows, row)
		}
	}
	return filter(ctx, e, rows, filters)
}

// get returns the row with an id, or the kind's error.
func get[T row](ctx context.Context, table *state.Table[T], id *string) (T, error) {
	row, ok := table.Get(wire.From(ctx).World() + aws.ToString(id))
	if !ok {
		return row, row.missing(aws.ToString(id))
	}
	return row, nil
}

// filter keeps the rows that pass every filter. A filter that the kind does
// not have is an error even when there is no row to compare.
func filter[T row](ctx context.Context, e *EC2, rows []T, filters []types.Filter) ([]T, error) {
	for _, f := range filters {
		name := aws.ToString(f.Name)
		var zero T
		if _, known := zero.field(name); !known && !isTagFilter(name) && name != "owner-id" {
			return nil, wire.Fault("InvalidParameterValue", "The filter '%s' is invalid", name)
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(row T) bool {
			return !passes(f.Values, e.fieldOf(ctx, row, name))
		})
	}
	return rows, nil
}

// fieldOf returns what a filter of one row compares with: the kind's field, or
// one that all kinds have.
func (e *EC2) fieldOf(ctx context.Context, r row, name string) []string {
	if values, known := r.field(name); known {
		return values
	}
	if name == "owner-id" {
		return []string{wire.From(ctx).Account}
	}
	return tagValues(e.tagsOf(ctx, r.id()), name)
}

func isTagFilter(name string) bool {
	return name == "tag-key" || strings.HasPrefix(name, "tag:")
}

func tagValues(tags map[string]string, name string) []string {
	var values []string
	for key, value := range tags {
		if name == "tag-key" {
			values = append(values, key)
		} else if name == "tag:"+key {
			values = append(values, value)
		}
	}
	return values
}

func passes(patterns, values []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return slices.ContainsFunc(values, func(value string) bool { return wire.Like(pattern, value) })
	})
}

// page cuts a page as EC2 does: everything unless MaxResults is given, which
// is 5 to 1000 and does not go together with ids.
func page[T any](rows []T, ids []string, token *string, limit *int32) ([]T, *string, error) {
	if limit == nil {
		return wire.Page(rows, token, nil, 1000, "InvalidNextToken")
	}
	if len(ids) > 0 {
		return nil, nil, wire.Fault("InvalidParameterCombination", "The parameter maxResults cannot be used with a list of ids")
	}
	if *limit < 5 || *limit > 1000 {
		return nil, nil, wire.Fault("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.", *limit)
	}
	return wire.Page(rows, token, limit, 1000, "InvalidNextToken")
}

// convert turns rows into their shape on the wire.
func convert[T, O any](rows []T, shape func(T) O) []O {
	out := make([]O, 0, len(rows))
	for _, row := range rows {
		out = append(out, shape(row))
	}
	return out
}
