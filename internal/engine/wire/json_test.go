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

func TestJSONValuesThatAreRefused(t *testing.T) {
	cases := []struct{ body, want string }{
		{`{"time":"2026-01-02T03:04:05Z"}`, `member "time": expected a timestamp, found a string`},
		{`{"time":1e999}`, `member "time": expected a timestamp, found a number`},
		{`{"blob":"?"}`, `member "blob": expected base64, found a string`},
		{`{"blob":5}`, `member "blob": expected bytes, found a number`},
		{`{"map":[]}`, `member "map": expected an object, found a list`},
		{`{"map":{"a":{}}}`, `member "map.a": expected a string, found an object`},
		{`{"count":1.5}`, `member "count": expected an integer of 32 bits, found "1.5"`},
		{`{"count":2147483648}`, `member "count": expected an integer of 32 bits, found "2147483648"`},
		{`{"flag":"true"}`, `member "flag": expected a boolean, found a string`},
		{`{"enum":true}`, `member "enum": expected a string, found a boolean`},
		{`{"float":"1.5"}`, `member "float": expected a number, found a string`},
	}
	for _, c := range cases {
		t.Run(c.body, func(t *testing.T) {
			tree, err := readJSON([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			var in jsonMembers
			if err := lowerNames(nil).fill(reflect.ValueOf(&in).Elem(), tree); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestJSONNullIsNotSet(t *testing.T) {
	var in jsonMembers
	err := lowerNames(nil).fill(reflect.ValueOf(&in).Elem(), map[string]any{"list": nil, "empty": nil, "count": nil})
	if err != nil || !reflect.DeepEqual(in, jsonMembers{}) {
		t.Errorf("got %+v, %v", in, err)
	}
}
