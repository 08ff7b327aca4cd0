package staff

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"doorstep/sync/civic"
)

// Cost is what one hash takes. Who wants to try passwords against a stolen database pays it for each.
type Cost struct {
	Memory  uint32 // KiB
	Time    uint32 // passes over the memory
	Threads uint8
}

// DefaultCost is the second recommended option of RFC 9106, for machines without gigabytes to spare.
var DefaultCost = Cost{Memory: 64 << 10, Time: 3, Threads: 4}

const (
	hashLen = 32
	saltLen = 16
)

// MinPassword is the fewest characters of a password, MaxPassword the most bytes.
const (
	MinPassword = 10
	MaxPassword = 256
)

// Hash returns the argon2id hash of a password in the usual text form, parameters and salt included.
func (c Cost) Hash(password string) (string, error) {
	if utf8.RuneCountInString(password) < MinPassword || len(password) > MaxPassword {
		return "", civic.Refuse(civic.Invalid, "password", "staff.password", MinPassword)
	}
	salt := make([]byte, saltLen)
	rand.Read(salt)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, c.Memory, c.Time, c.Threads, b64(salt), b64(c.key(password, salt, hashLen))), nil
}

// Matches reports whether a password has the hash, whatever that one cost. An empty or broken hash is computed
// against all the same, at c, so that the time taken does not tell which logins exist.
func (c Cost) Matches(hash, password string) bool {
	cost, salt, want, ok := decode(hash)
	if !ok {
		cost, salt, want = c, make([]byte, saltLen), make([]byte, hashLen)
	}
	if len(password) > MaxPassword {
		return false
	}
	got := cost.key(password, salt, len(want))
	return subtle.ConstantTimeCompare(got, want) == 1 && ok
}

func (c Cost) key(password string, salt []byte, size int) []byte {
	return argon2.IDKey([]byte(password), salt, c.Time, c.Memory, c.Threads, uint32(size))
}

func decode(hash string) (c Cost, salt, key []byte, ok bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, false
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Time, &c.Threads); n != 3 || err != nil || c.Time == 0 || c.Threads == 0 {
		return c, nil, nil, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	return c, salt, key, err == nil && err2 == nil && len(key) >= 16
}
