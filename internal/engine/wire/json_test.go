package wire

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"
)

type jsonMembers struct {
	Blob   []byte
	Count  int32
	Empty  *string
	Enum   string
	Flag   bool
	Float  *float64
	Float3 *float32
	List   []string
	Map    map[string]string
	Time   *time.Time
}

func TestJSONOmitsNilAndWritesZero(t *testing.T) {
	empty, tenth, inf, at := "", float32(0.1), math.Inf(-1), time.UnixMilli(1500)
	cases := []struct {
		name string
		in   jsonMembers
		want string
	}{
		{"nothing set", jsonMembers{}, `{"count":0,"flag":false}`},
		{"empty but there", jsonMembers{Empty: &empty, List: []string{}, Map: map[string]string{}, Blob: []byte{}},
			`{"blob":"","count":0,"empty":"","flag":false,"list":[],"map":{}}`},
		{"sorted keys", jsonMembers{Map: map[string]string{"b": "é\n", "a": `"`}}, `{"count":0,"flag":false,"map":{"a":"\"","b":"é\n"}}`},
		{"numbers", jsonMembers{Count: -1, Float: &inf, Float3: &tenth, Time: &at},
			`{"count":-1,"flag":false,"float":"-Infinity","float3":0.1,"time":1.5}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := appendJSON(nil, lowerNames(nil).object(reflect.ValueOf(c.in)))
			if string(got) != c.want || !json.Valid(got) {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestJSONFloatsThatAreNoNumbers(t *testing.T) {
	for text, want := range map[string]float64{"Infinity": math.Inf(1), "-Infinity": math.Inf(-1), "NaN": math.NaN()} {
		var in jsonMembers
		err := lowerNames(nil).fill(reflect.ValueOf(&in).Elem(), map[string]any{"float": text})
		if err != nil || *in.Float != want && !(math.IsNaN(*in.Float) && math.IsNaN(want)) {
			t.Errorf("%s: got %v, %v", text, in.Float, err)
		}
	}
}

func TestJSONNullIsNotSet(t *testing.T) {
	var in jsonMembers
	err := lowerNames(nil).fill(reflect.ValueOf(&in).Elem(), map[string]any{"list": nil, "empty": nil, "count": nil})
	if err != nil || !reflect.DeepEqual(in, jsonMembers{}) {
		t.Errorf("got %+v, %v", in, err)
	}
}
