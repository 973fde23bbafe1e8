package cloud_test

import (
	"strings"
	"testing"
)

func TestDeploysAndTerminatesToZero(t *testing.T) {
	inWorld(t, func(w *world) {
		o := w.deploy(orders(nil))
		w.compare("status", o.Deployment.Status, "SUCCESSFUL")
		again, _ := w.planned("orders/prod", orders(nil))
		w.compare("second plan", again.String(), "")
		p, _ := w.planned("orders/prod", nil)
		w.carry(p)
		left, err := w.account.Remaining(w.Context(), "orders/prod")
		if err != nil {
			t.Fatal(err)
		}
		w.compare("left", strings.Join(left, "\n"), "")
	})
}
