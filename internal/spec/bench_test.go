package spec

import "testing"

func BenchmarkLoad(b *testing.B) {
	files := memory{"deployment.json": `{
		"name": "orders", "image": "registry.example.com/orders:1.4.2",
		"env": {"LOG_LEVEL": "info"}, "secrets": {"URL": "secretsmanager:orders/db#url"},
		"workloads": {
			"web": {"http": {"port": 8080, "health": {"path": "/healthz"}}, "scale": 2},
			"consumer": {"command": ["consume"]}
		},
		"environments": {"staging": {}, "production": {"scale": 4}}
	}`}
	for b.Loop() {
		if _, err := open("deployment.json", Options{Environment: "production"}, files.read); err != nil {
			b.Fatal(err)
		}
	}
}
