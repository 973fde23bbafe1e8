package wire

import (
	"encoding/base64"
	"math"
	"reflect"
	"strconv"
	"time"
)

// parseScalar reads text into a field, as query parameters and numbers do.
func parseScalar(dst reflect.Value, text string) error {
	var err error
	switch {
	case dst.Kind() == reflect.String:
		dst.SetString(text)
	case dst.Kind() == reflect.Bool:
		var b bool
		if b, err = parseBool(text); err == nil {
			dst.SetBool(b)
		}
	case dst.CanInt():
		var i int64
		if i, err = strconv.ParseInt(text, 10, dst.Type().Bits()); err == nil {
			dst.SetInt(i)
		}
	case dst.CanFloat():
		var f float64
		if f, err = strconv.ParseFloat(text, dst.Type().Bits()); err == nil {
			dst.SetFloat(f)
		}
	default:
		err = strconv.ErrSyntax
	}
	if err != nil {
		return &mismatch{want: wanted(dst), got: strconv.Quote(text)}
	}
	return nil
}

// parseBool takes what AWS takes; strconv.ParseBool would let "T" and "1" in.
func parseBool(text string) (bool, error) {
	switch text {
	case "true", "True", "TRUE":
		return true, nil
	case "false", "False", "FALSE":
		return false, nil
	}
	return false, strconv.ErrSyntax
}

func wanted(dst reflect.Value) string {
	switch {
	case dst.Kind() == reflect.String:
		return "a string"
	case dst.Kind() == reflect.Bool:
		return "a boolean"
	case dst.CanInt():
		return "an integer of " + strconv.Itoa(dst.Type().Bits()) + " bits"
	default:
		return "a number"
	}
}

// formatScalar writes a field as XML text.
func formatScalar(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.String:
		return v.String()
	case v.Kind() == reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanFloat():
		return formatFloat(v.Float(), v.Type().Bits())
	case v.Type() == timeType:
		return v.Interface().(time.Time).UTC().Format("2006-01-02T15:04:05.999Z07:00")
	default:
		return base64.StdEncoding.EncodeToString(v.Bytes())
	}
}

func formatFloat(f float64, bits int) string {
	switch {
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	default:
		return strconv.FormatFloat(f, 'g', -1, bits)
	}
}

func isBlob(t reflect.Type) bool { return t.Elem().Kind() == reflect.Uint8 }

// epoch and seconds keep milliseconds, the finest that AWS gives.
func epoch(seconds float64) time.Time {
	return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
