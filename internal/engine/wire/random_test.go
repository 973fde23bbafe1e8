package wire

import (
	"math/rand/v2"
	"path"
	"reflect"
	"time"

	ecsdocument "github.com/aws/aws-sdk-go-v2/service/ecs/document"
)

// random fills structs of the SDK so that every member is set.
type random struct {
	*rand.Rand
	inside map[reflect.Type]bool // struct types that are being filled
}

func newRandom(seed uint64) *random {
	return &random{Rand: rand.New(rand.NewPCG(1, seed)), inside: map[reflect.Type]bool{}}
}

// notFilled are the unions that unions.go leaves out, because the engine has
// none of their operations.
var notFilled = map[string]bool{
	"ecs.DescribeGatewayConfiguration":   true,
	"ecs.GatewayConfiguration":           true,
	"ecs.GatewayConnectionResources":     true,
	"ecs.GatewayElbAccessLogDestination": true,
	"ecs.GatewayInfrastructureResources": true,
	"ecs.GatewayRouteResources":          true,
	"ecs.UpdateGatewayConfiguration":     true,
	"cloudwatchlogs.IntegrationDetails":  true,
	"cloudwatchlogs.ResourceConfig":      true,
	"iam.PolicyIdentifier":               true,
	"ssm.CloudConnectorConfiguration":    true,
	"ssm.ConfigurationTargets":           true,
	"ssm.ExecutionInputs":                true,
	"ssm.ExecutionPreview":               true,
	"ssm.NodeType":                       true,
}

func (r *random) fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.fill(v.Elem())
	case reflect.Struct:
		r.fillStruct(v)
	case reflect.Slice:
		r.fillSlice(v)
	case reflect.Map:
		r.fillMap(v)
	case reflect.Interface:
		r.fillOpen(v)
	default:
		r.fillScalar(v)
	}
}

func (r *random) fillStruct(v reflect.Value) {
	if v.Type() == timeType {
		v.Set(reflect.ValueOf(time.UnixMilli(r.Int64N(4e12)).UTC()))
		return
	}
	r.inside[v.Type()] = true
	defer delete(r.inside, v.Type())
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.IsExported() && !ofTheClient[f.Name] && !r.inside[structOf(f.Type)] {
			r.fill(v.Field(i))
		}
	}
}

// structOf is the struct that a field's type leads to: one that is being filled
// already is left out, because types may contain themselves.
func structOf(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}

func (r *random) fillSlice(v reflect.Value) {
	if isBlob(v.Type()) {
		v.SetBytes([]byte(r.text()))
		return
	}
	n := 1 + r.IntN(2)
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		r.fill(v.Index(i))
	}
}

func (r *random) fillMap(v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	for range 2 {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		r.fill(key)
		r.fill(value)
		v.SetMapIndex(key, value)
	}
}

func (r *random) fillOpen(v reflect.Value) {
	if v.Type() == documentType {
		v.Set(reflect.ValueOf(ecsdocument.NewLazyDocument(map[string]any{
			"text": r.text(), "number": r.IntN(1000), "list": []any{true, nil, "x"},
		})))
		return
	}
	for _, variant := range unions[v.Type()] {
		union := reflect.New(variant)
		r.fill(union.Elem().FieldByName("Value"))
		v.Set(union)
		return
	}
	service := path.Base(path.Dir(v.Type().PkgPath()))
	if union := service + "." + v.Type().Name(); !notFilled[union] {
		panic("unions.go does not know " + union)
	}
}

func (r *random) fillScalar(v reflect.Value) {
	switch {
	case v.Kind() == reflect.String:
		v.SetString(r.text())
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(1 + r.Int64N(1<<30))
		if r.IntN(4) == 0 {
			v.SetInt(-v.Int())
		}
	case v.CanFloat():
		v.SetFloat(float64(float32(r.NormFloat64() * 1000)))
	}
}

// text is short and full of what the protocols must escape.
func (r *random) text() string {
	letters := []rune(`abcXYZ019 .-_/:<>&"'\=+%é漢🙂`)
	text := []rune{'s'}
	for range 3 + r.IntN(6) {
		text = append(text, letters[r.IntN(len(letters))])
	}
	return string(append(text, 'e'))
}
