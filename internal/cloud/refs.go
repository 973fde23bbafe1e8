package cloud

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"

	"photon/internal/resource"
)

// book knows which id AWS gave to which resource.
type book struct {
	mu  sync.Mutex
	ids map[resource.Key]string
}

func newBook() *book { return &book{ids: map[resource.Key]string{}} }

func (b *book) set(key resource.Key, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if id == "" {
		delete(b.ids, key)
		return
	}
	b.ids[key] = id
}

func (b *book) id(key resource.Key) (string, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, ok := b.ids[key]
	return id, ok
}

// resolve returns attributes, of the same type, with ids in place of refs. A
// ref to what has no id is an error that names it.
func (b *book) resolve(attributes any) (any, error) {
	var missing *resource.Key
	resolved := rewrite(attributes, func(text string) string {
		key, ok := resource.ParseRef(text)
		if !ok {
			return text
		}
		id, ok := b.id(key)
		if !ok {
			missing = &key
		}
		return id
	})
	if missing != nil {
		return nil, fmt.Errorf("%s %s, to which it refers, does not exist", missing.Kind.Title(), missing.Name)
	}
	return resolved, nil
}

// authored are members of documents whose texts are the author's: what looks
// like an id or a ref there is not one.
var authored = map[string]bool{
	"command": true, "entryPoint": true, "environment": true, "dockerLabels": true, "healthCheck": true,
}

// rewrite returns attributes, of the same type, with every text replaced that
// can be an id or a ref.
func rewrite(attributes any, replace func(string) string) any {
	if document, ok := attributes.(resource.Document); ok {
		return rewriteValue(document, replace)
	}
	if attributes == nil {
		return nil
	}
	text, err := json.Marshal(rewriteValue(resource.Resource{Attributes: attributes}.Fields(), replace))
	if err != nil {
		panic(fmt.Sprintf("cloud: attributes %T: %v", attributes, err))
	}
	copied := reflect.New(reflect.TypeOf(attributes))
	if err := json.Unmarshal(text, copied.Interface()); err != nil {
		panic(fmt.Sprintf("cloud: attributes %T: %v", attributes, err))
	}
	return copied.Elem().Interface()
}

func rewriteValue(value any, replace func(string) string) any {
	switch value := value.(type) {
	case string:
		return replace(value)
	case []any:
		list := make([]any, len(value))
		for i := range value {
			list[i] = rewriteValue(value[i], replace)
		}
		return list
	case map[string]any:
		members := make(map[string]any, len(value))
		for name, member := range value {
			if !authored[name] {
				member = rewriteValue(member, replace)
			}
			members[name] = member
		}
		return members
	}
	return value
}
