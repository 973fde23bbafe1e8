package wire

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// cborCodec is Smithy's RPC v2 over CBOR.
type cborCodec struct{}

func (cborCodec) decode(r *request, into reflect.Value) error {
	if len(r.body) == 0 {
		return nil
	}
	value, err := cbor.Decode(r.body)
	if err != nil {
		return fmt.Errorf("the body is not CBOR: %w", err)
	}
	return r.model.in.fill(into, plain(value))
}

func (cborCodec) result(r *request, out reflect.Value) message {
	return cborMessage(http.StatusOK, r.model.out.object(out))
}

func (cborCodec) failure(r *request, f *failure) message {
	msg := cborMessage(f.status, f.object(r.model.out))
	f.queryError(r.model, msg.header)
	return msg
}

func cborMessage(status int, body object) message {
	header := http.Header{"Content-Type": {"application/cbor"}, "Smithy-Protocol": {"rpc-v2-cbor"}}
	return message{status: status, header: header, body: cbor.Encode(toCBOR(body))}
}

// plain turns CBOR into the tree that fill reads. Timestamps are tagged
// numbers; the tag adds nothing that the field's type does not say.
func plain(value cbor.Value) any {
	switch v := value.(type) {
	case cbor.Map:
		tree := make(map[string]any, len(v))
		for key, item := range v {
			tree[key] = plain(item)
		}
		return tree
	case cbor.List:
		tree := make([]any, len(v))
		for i, item := range v {
			tree[i] = plain(item)
		}
		return tree
	case *cbor.Tag:
		return plain(v.Value)
	case cbor.String:
		return string(v)
	case cbor.Slice:
		return []byte(v)
	case cbor.Bool:
		return bool(v)
	default:
		return plainNumber(value)
	}
}

func plainNumber(value cbor.Value) any {
	switch v := value.(type) {
	case cbor.Uint:
		return json.Number(strconv.FormatUint(uint64(v), 10))
	case cbor.NegInt:
		return negative(uint64(v))
	case cbor.Float32:
		return json.Number(strconv.FormatFloat(float64(v), 'g', -1, 32))
	case cbor.Float64:
		return json.Number(strconv.FormatFloat(float64(v), 'g', -1, 64))
	}
	return nil // null and undefined
}

// negative undoes the wrap-around of -2^64, which the decoder gives as zero.
func negative(magnitude uint64) json.Number {
	n := new(big.Int).SetUint64(magnitude)
	if magnitude == 0 {
		n.Lsh(big.NewInt(1), 64)
	}
	return json.Number(n.Neg(n).String())
}

func toCBOR(value any) cbor.Value {
	switch v := value.(type) {
	case object:
		m := make(cbor.Map, len(v))
		for _, member := range v {
			m[member.name] = toCBOR(member.value)
		}
		return m
	case []any:
		list := make(cbor.List, len(v))
		for i, item := range v {
			list[i] = toCBOR(item)
		}
		return list
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	case int64:
		if v < 0 {
			return cbor.NegInt(uint64(-v))
		}
		return cbor.Uint(v)
	case float32:
		return cbor.Float32(v)
	case float64:
		return cbor.Float64(v)
	case time.Time:
		return &cbor.Tag{ID: 1, Value: cbor.Float64(seconds(v))}
	case []byte:
		return cbor.Slice(v)
	}
	panic(fmt.Sprintf("wire: CBOR does not carry a %T", value))
}
