// Package bench measures how fast Photon is and compares it with its goals; its
// tests, behind the build tag bench, are `make bench`. It never decides whether
// Photon is correct, and nothing imports it.
package bench
