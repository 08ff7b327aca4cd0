package boltfile_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"doorstep/kiosk/boltstore/boltfile"
)

// written makes a file with changes over many transactions, values of all sizes, and returns its bytes and content.
func written(t testing.TB, rounds int) ([]byte, map[string]string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(5, 6))
	want := map[string]string{}
	for range rounds {
		err := db.Update(func(tx *bolt.Tx) error {
			for _, name := range []string{"small", "large", "empty"} {
				b, err := tx.CreateBucketIfNotExists([]byte(name))
				if err != nil || name == "empty" {
					return err
				}
				for range 5 {
					key := fmt.Sprintf("key%03d", random.IntN(300))
					if name == "small" {
						key = fmt.Sprintf("key%d", random.IntN(3))
					}
					if random.IntN(4) == 0 {
						delete(want, name+key)
						if err := b.Delete([]byte(key)); err != nil {
							return err
						}
						continue
					}
					value := fmt.Sprint(random.Uint64())
					if name == "large" {
						value = string(make([]byte, random.IntN(9000))) + value
					}
					want[name+key] = value
					if err := b.Put([]byte(key), []byte(value)); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b, want
}

// TestInspect reads what bbolt wrote as bbolt would.
func TestInspect(t *testing.T) {
	for _, rounds := range []int{0, 1, 2, 10, 300} {
		b, want := written(t, rounds)
		got := map[string]string{}
		err := boltfile.Inspect(b, func(name string, key, value []byte) error {
			got[name+string(key)] = string(value)
			return nil
		})
		if err != nil {
			t.Errorf("after %d transactions: %v", rounds, err)
		}
		if !maps.Equal(got, want) {
			t.Errorf("after %d transactions: %d values, want %d", rounds, len(got), len(want))
		}
		found := map[string]bool{}
		boltfile.Salvage(b, func(key, value []byte) { found[string(key)+"="+string(value)] = true })
		for k, v := range want {
			if !found[k[5:]+"="+v] {
				t.Errorf("after %d transactions: %s was not saved", rounds, k)
			}
		}
	}
}

// TestInspectDamage finds structural damage; what it passes, bbolt's own check passes too.
func TestInspectDamage(t *testing.T) {
	b, _ := written(t, 200)
	random := rand.New(rand.NewPCG(7, 8))
	found := 0
	for i := range 200 {
		bad := append([]byte(nil), b...)
		page := random.IntN(len(bad)/4096) * 4096
		switch i % 4 {
		case 0:
			bad[page+random.IntN(64)] ^= 1 << random.IntN(8) // a header
		case 1:
			clear(bad[page : page+4096])
		case 2:
			for j := range 4096 {
				bad[page+j] = byte(random.Uint32())
			}
		case 3:
			bad = bad[:random.IntN(len(bad))]
		}
		if boltfile.Inspect(bad, func(string, []byte, []byte) error { return nil }) != nil {
			found++
			continue
		}
		path := filepath.Join(t.TempDir(), "db")
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := check(path); err != nil {
			t.Fatalf("damage %d passes and bbolt says: %v", i, err)
		}
	}
	if found < 50 {
		t.Errorf("only %d of 200 damages were found", found)
	}
}

func check(path string) error {
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	var all []error
	err = db.View(func(tx *bolt.Tx) error {
		for e := range tx.Check() {
			all = append(all, e)
		}
		return nil
	})
	return errors.Join(append(all, err, db.Close())...)
}

// TestInspectEnds: what visit returns ends it.
func TestInspectEnds(t *testing.T) {
	b, _ := written(t, 20)
	why := errors.New("why")
	if err := boltfile.Inspect(b, func(string, []byte, []byte) error { return why }); !errors.Is(err, why) {
		t.Errorf("error is %v", err)
	}
}

// FuzzInspect: no bytes make it panic or read forever.
func FuzzInspect(f *testing.F) {
	b, _ := written(f, 3)
	f.Add(b)
	f.Add([]byte("hello"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = boltfile.Inspect(b, func(string, []byte, []byte) error { return nil })
		boltfile.Salvage(b, func([]byte, []byte) {})
	})
}
