package identity

import "crypto/ed25519"

// SignKeys returns the public halves of every key that central signed with, the newest first: what was signed long
// ago is verified with the key of then.
func (c *Central) SignKeys() []ed25519.PublicKey {
	out := make([]ed25519.PublicKey, len(c.signs))
	for i, s := range c.signs {
		out[i] = s.key.Public()
	}
	return out
}
