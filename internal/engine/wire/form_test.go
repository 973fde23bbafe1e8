package wire

import (
	"net/url"
	"reflect"
	"testing"
	"time"

	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

type formInput struct {
	Blob     []byte
	Criteria cwtypes.EvaluationCriteria
	Map      map[string]int32
	On       *bool
	Share    *float64
	Tags     []string
	When     *time.Time
}

func filled(form string) (formInput, error) {
	var in formInput
	values, err := url.ParseQuery(form)
	if err != nil {
		return in, err
	}
	return in, upperNames(nil).fillForm(reflect.ValueOf(&in).Elem(), formTree(values), queryStyle)
}

func TestFormValues(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	half, on := 0.5, true
	cases := []struct {
		form string
		want formInput
	}{
		{"", formInput{}},
		{"Tags=", formInput{Tags: []string{}}},
		{"Tags.member.10=c&Tags.member.2=b&Tags.member.1=", formInput{Tags: []string{"", "b", "c"}}},
		{"Map.entry.1.key=a&Map.entry.1.value=1&Map.entry.2.key=b&Map.entry.2.value=2", formInput{Map: map[string]int32{"a": 1, "b": 2}}},
		{"Blob=aGk%3D&Share=0.5&On=True", formInput{Blob: []byte("hi"), Share: &half, On: &on}},
		{"When=2026-01-02T03%3A04%3A05Z", formInput{When: &at}},
		{"When=2026-01-02T04%3A04%3A05%2B01%3A00", formInput{When: &at}},
		{"When=2026-01-02T03%3A04%3A05", formInput{When: &at}},
		{"Criteria.PromQLCriteria.Query=up", formInput{Criteria: promQL("up")}},
	}
	for _, c := range cases {
		t.Run(c.form, func(t *testing.T) {
			if got, err := filled(c.form); err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
		})
	}
}

func TestFormValuesThatAreRefused(t *testing.T) {
	cases := []struct{ form, want string }{
		{"Map=a", `member "Map": expected a list, found "a"`},
		{"Map.entry.1.key=a", `member "Map": expected a key and a value, found other names`},
		{"Map.entry.1.key=a&Map.entry.1.value=x", `member "Map.a": expected an integer of 32 bits, found "x"`},
		{"Tags.member.0=a", `member "Tags": expected a list index, found "0"`},
		{"Tags.member.01=a", `member "Tags": expected a list index, found "01"`},
		{"Blob=%21", `member "Blob": expected base64, found a string`},
		{"When=yesterday", `member "When": expected a timestamp, found "yesterday"`},
		{"On=1", `member "On": expected a boolean, found "1"`},
		{"Share=half", `member "Share": expected a number, found "half"`},
		{"Criteria=x", `member "Criteria": expected an object with one member, found another`},
		{"Criteria.Foo.Query=x", `unknown member "Foo" of EvaluationCriteria`},
	}
	for _, c := range cases {
		t.Run(c.form, func(t *testing.T) {
			if _, err := filled(c.form); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestXMLOfMapsAndUnions(t *testing.T) {
	w := &xmlWriter{names: upperNames(nil), item: "member"}
	w.members(reflect.ValueOf(formInput{
		Blob: []byte("hi"), Criteria: promQL("up"), Map: map[string]int32{"b": 2, "a": 1}, Tags: []string{},
	}))
	want := `<Blob>aGk=</Blob><Criteria><PromQLCriteria><Query>up</Query></PromQLCriteria></Criteria>` +
		`<Map><entry><key>a</key><value>1</value></entry><entry><key>b</key><value>2</value></entry></Map><Tags></Tags>`
	if got := w.String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func promQL(query string) cwtypes.EvaluationCriteria {
	return &cwtypes.EvaluationCriteriaMemberPromQLCriteria{Value: cwtypes.AlarmPromQLCriteria{Query: &query}}
}
