package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"fmt"
)

// vault encrypts values for the state, with AES-GCM.
type vault struct{ aead cipher.AEAD }

func newVault(key []byte) vault {
	sum := sha256.Sum256(key)
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		panic(err) // a sum is always of a valid length
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return vault{aead}
}

// seal encrypts a value that belongs to owner; only as owner's it opens again.
func (v vault) seal(owner string, value []byte) []byte {
	return v.aead.Seal(nil, nil, value, []byte(owner))
}

// open panics when the state was written with another key: an engine that
// cannot read its state must not answer as if the secrets were empty.
func (v vault) open(owner string, sealed []byte) []byte {
	value, err := v.aead.Open(nil, nil, sealed, []byte(owner))
	if err != nil {
		panic(fmt.Sprintf("secrets: the value of %s is encrypted with another key", owner))
	}
	return value
}
