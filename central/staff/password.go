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

// The cost of a hash: the second recommended option of RFC 9106, for machines without gigabytes to spare.
const (
	hashTime    = 3
	hashMemory  = 64 << 10 // KiB
	hashThreads = 4
	hashLen     = 32
	saltLen     = 16
)

// MinPassword is the fewest characters of a password, MaxPassword the most bytes.
const (
	MinPassword = 10
	MaxPassword = 256
)

// Hash returns the argon2id hash of a password in the usual text form, parameters and salt included.
func Hash(password string) (string, error) {
	if utf8.RuneCountInString(password) < MinPassword || len(password) > MaxPassword {
		return "", civic.Refuse(civic.Invalid, "password", "staff.password", MinPassword)
	}
	salt := make([]byte, saltLen)
	rand.Read(salt)
	return encode(hashMemory, hashTime, hashThreads, salt, argon2.IDKey([]byte(password), salt, hashTime, hashMemory, hashThreads, hashLen)), nil
}

func encode(memory, time uint32, threads uint8, salt, key []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, time, threads, b64(salt), b64(key))
}

// Matches reports whether a password has the hash. An empty or broken hash is computed against all the same, so
// that the time taken does not tell which logins exist.
func Matches(hash, password string) bool {
	memory, time, threads := uint32(hashMemory), uint32(hashTime), uint8(hashThreads)
	salt, want, ok := decode(hash, &memory, &time, &threads)
	if !ok {
		salt, want = make([]byte, saltLen), make([]byte, hashLen)
	}
	if len(password) > MaxPassword {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, time, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && ok
}

func decode(hash string, memory, time *uint32, threads *uint8) (salt, key []byte, ok bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return nil, nil, false
	}
	var m, t uint32
	var p uint8
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); n != 3 || err != nil || t == 0 || p == 0 {
		return nil, nil, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || err2 != nil || len(key) < 16 {
		return nil, nil, false
	}
	*memory, *time, *threads = m, t, p
	return salt, key, true
}
