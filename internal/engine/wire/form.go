package wire

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// node is one level of the dotted parameter names of a form body: in
// "Filter.1.Name=x" there is a node Filter, with a node 1, with a node Name.
type node struct {
	value    string
	children map[string]*node
}

// style is what differs between the two query protocols.
type style struct {
	list string // the level between a list's name and its index
	maps string // the level between a map's name and its index
}

var (
	queryStyle = style{list: "member", maps: "entry"}
	ec2Style   = style{}
)

// formTree makes a tree of a form's parameters, without those of the protocol
// itself and of a signed address.
func formTree(form url.Values) *node {
	root := &node{}
	for key, values := range form {
		if key == "Action" || key == "Version" || strings.HasPrefix(key, "X-Amz-") {
			continue
		}
		at := root
		for step := range strings.SplitSeq(key, ".") {
			at = at.child(step)
		}
		at.value = values[0]
	}
	return root
}

func (n *node) child(name string) *node {
	if n.children == nil {
		n.children = map[string]*node{}
	}
	if n.children[name] == nil {
		n.children[name] = &node{}
	}
	return n.children[name]
}

// items are the children "1", "2", … in their order, below the level called
// level when there is one. A name with an empty value is an empty list.
func (n *node) items(level string) ([]*node, error) {
	if level != "" && len(n.children) > 0 {
		inner := n.children[level]
		if inner == nil || len(n.children) > 1 {
			return nil, &mismatch{want: "a list (." + level + ".1)", got: "other names"}
		}
		n = inner
	}
	if n.value != "" {
		return nil, &mismatch{want: "a list", got: strconv.Quote(n.value)}
	}
	indexes, err := n.indexes()
	items := make([]*node, len(indexes))
	for i, index := range indexes {
		items[i] = n.children[strconv.Itoa(index)]
	}
	return items, err
}

func (n *node) indexes() ([]int, error) {
	indexes := make([]int, 0, len(n.children))
	for _, key := range slices.Sorted(maps.Keys(n.children)) {
		index, err := strconv.Atoi(key)
		if err != nil || index < 1 || strconv.Itoa(index) != key {
			return nil, &mismatch{want: "a list index", got: strconv.Quote(key)}
		}
		indexes = append(indexes, index)
	}
	slices.Sort(indexes)
	return indexes, nil
}
