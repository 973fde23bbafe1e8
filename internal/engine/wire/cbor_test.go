package wire

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go/encoding/cbor"
)

func TestStrictCBOR(t *testing.T) {
	cases := []struct {
		name string
		body []byte
		want string
	}{
		{"unknown member", cbor.Encode(cbor.Map{"Foo": cbor.Uint(1)}), `unknown member "Foo" of DescribeAlarmsInput`},
		{"wrong type", cbor.Encode(cbor.Map{"MaxRecords": cbor.String("5")}),
			`DescribeAlarmsInput: member "MaxRecords": expected an integer of 32 bits, found a string`},
		{"too large", cbor.Encode(cbor.Map{"MaxRecords": cbor.Uint(1 << 40)}),
			`DescribeAlarmsInput: member "MaxRecords": expected an integer of 32 bits, found "1099511627776"`},
		{"broken", []byte{0xa1, 0x61}, `DescribeAlarmsInput: the body is not CBOR: decode key: slice len 1 greater than remaining buf len`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got any
			resp := ask(t, answering(nil, &got), alarmsPath, signed("monitoring"), string(c.body))
			answer, err := cbor.Decode([]byte(text(t, resp)))
			if err != nil {
				t.Fatal(err)
			}
			fields := answer.(cbor.Map)
			if fields["__type"] != cbor.String("SerializationException") || fields["message"] != cbor.String(c.want) {
				t.Errorf("got %v, want %s", fields, c.want)
			}
			if got != nil {
				t.Error("the handler was called")
			}
		})
	}
}

func TestNegativeIntegersOfCBOR(t *testing.T) {
	cases := map[cbor.NegInt]json.Number{1: "-1", 1 << 63: "-9223372036854775808", 0: "-18446744073709551616"}
	for in, want := range cases {
		if got := plain(in); got != want {
			t.Errorf("%d: got %v, want %s", uint64(in), got, want)
		}
	}
}

// The SDK's client compresses bodies from 10,240 bytes.
func TestLargeMetricDataArrivesCompressed(t *testing.T) {
	service, encoding := NewService("monitoring"), ""
	var got *cloudwatch.PutMetricDataInput
	Op(service, "PutMetricData", func(_ context.Context, in *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
		got = in
		return &cloudwatch.PutMetricDataOutput{}, nil
	})
	client := clients(spying(NewMux(service), "Content-Encoding", &encoding))["monitoring"].(*cloudwatch.Client)
	sent := &cloudwatch.PutMetricDataInput{Namespace: aws.String("n")}
	for range 500 {
		sent.MetricData = append(sent.MetricData, cwtypes.MetricDatum{MetricName: aws.String("requests"), Value: aws.Float64(1), Timestamp: &launch})
	}
	if _, err := client.PutMetricData(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	if encoding != "gzip" || got == nil || len(got.MetricData) != 500 || !got.MetricData[499].Timestamp.Equal(launch) {
		t.Errorf("encoding %q, got %+v", encoding, got)
	}
}

func TestACompressedBodyThatEndsEarlyIsRefused(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte(`{"cluster":"c"}`)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	var got any
	head := target("ecs", ecsServices) + "Content-Encoding: gzip"
	resp := ask(t, answering(nil, &got), "/", head, zipped.String()[:zipped.Len()-4])
	if code, message := refusal(text(t, resp)); code != "SerializationException" || message != "the body ended early: unexpected EOF" {
		t.Errorf("got %s: %s", code, message)
	}
}
