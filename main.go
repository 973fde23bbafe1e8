// Photon deploys what one file describes: see README.md.
package main

func main() {}
