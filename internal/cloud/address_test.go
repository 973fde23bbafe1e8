package cloud_test

import (
	"fmt"
	"testing"
)

func TestAddressesAreKnownAfterARun(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		asked := w.addresses(0)
		w.account = w.open()
		w.compare("addresses without a run", w.addresses(5), asked)
		w.planned(owner, orders(nil))
		w.compare("addresses after a look", w.addresses(0), asked)
	})
}

// addresses lists the addresses of orders, which must take some calls.
func (w *world) addresses(calls int) string {
	w.Helper()
	var text string
	made := w.transport.during(func() {
		found, err := w.account.Addresses(w.Context(), owner)
		if err != nil {
			w.Fatal(err)
		}
		text = fmt.Sprint(found)
	})
	w.compare("calls", fmt.Sprint(len(made)), fmt.Sprint(calls))
	return text
}
