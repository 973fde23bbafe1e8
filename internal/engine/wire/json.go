package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"time"
)

// jsonCodec is awsJson1.0 and awsJson1.1, which differ in the content type
// alone.
type jsonCodec struct{}

func (jsonCodec) decode(r *request, into reflect.Value) error {
	if len(bytes.TrimSpace(r.body)) == 0 {
		return nil
	}
	tree, err := readJSON(r.body)
	if err != nil {
		return err
	}
	return r.model.in.fill(into, tree)
}

func (jsonCodec) result(r *request, out reflect.Value) message {
	return jsonMessage(r, http.StatusOK, r.model.out.object(out))
}

func (jsonCodec) failure(r *request, f *failure) message {
	msg := jsonMessage(r, f.status, f.object(r.model.out))
	f.queryError(r.model, msg.header)
	return msg
}

func jsonMessage(r *request, status int, body object) message {
	header := http.Header{"Content-Type": {r.contentType}}
	return message{status: status, header: header, body: appendJSON(nil, body)}
}

func readJSON(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("the body is not JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the body has more than one JSON value")
	}
	return tree, nil
}

func appendJSON(b []byte, value any) []byte {
	switch v := value.(type) {
	case object:
		return appendJSONObject(b, v)
	case []any:
		return appendJSONList(b, v)
	case string:
		return appendJSONString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float32:
		return appendJSONFloat(b, float64(v), 32)
	case float64:
		return appendJSONFloat(b, v, 64)
	case time.Time:
		return strconv.AppendFloat(b, seconds(v), 'f', -1, 64)
	case []byte:
		return append(base64.StdEncoding.AppendEncode(append(b, '"'), v), '"')
	case json.RawMessage:
		return append(b, v...)
	}
	panic(fmt.Sprintf("wire: JSON does not carry a %T", value))
}

func appendJSONObject(b []byte, o object) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSONString(b, m.name), ':')
		b = appendJSON(b, m.value)
	}
	return append(b, '}')
}

func appendJSONList(b []byte, list []any) []byte {
	b = append(b, '[')
	for i, item := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(b, item)
	}
	return append(b, ']')
}

func appendJSONFloat(b []byte, f float64, bits int) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return appendJSONString(b, formatFloat(f, bits))
	}
	return append(b, formatFloat(f, bits)...)
}

func appendJSONString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			// Marshal of a string cannot fail.
			quoted, _ := json.Marshal(s)
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
