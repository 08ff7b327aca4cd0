// Command build makes what the pages use: it fetches the npm packages of assets/package-lock.json, bundles our
// styles and scripts with esbuild, copies the two fonts, draws the icons into one sprite, gathers the words that the
// terminal's keyboard knows and writes the licences of what is not ours, all into assets/dist. It runs in the folder assets, by go generate.
//
// Nothing is done twice: packages are fetched when the lock changed, and dist is built when a source changed. Two
// builds at once wait for each other.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"time"
)

const (
	lockFile = "package-lock.json"
	distDir  = "dist"
	metaName = "meta.json"
	stamp    = "node_modules/.lock.sha256"
)

func main() {
	if err := run(os.Stderr); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

// meta is what package assets reads: the built name of every file, and the digest of what it was built from.
type meta struct {
	Source string            `json:"source"`
	Names  map[string]string `json:"names"`
}

func run(log io.Writer) error {
	unlock, err := alone()
	if err != nil {
		return err
	}
	defer unlock()
	source, err := digest("src", lockFile, "internal/build")
	if err != nil {
		return err
	}
	if built(source) {
		return nil
	}
	if err := fetch(log); err != nil {
		return err
	}
	began := time.Now()
	names, err := bundle()
	if err != nil {
		return err
	}
	if err := sprite(names); err != nil {
		return err
	}
	if err := dictionary(names); err != nil {
		return err
	}
	if err := licences(names); err != nil {
		return err
	}
	if err := finish(meta{source, names}); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(log, "assets: built %d files in %d ms\n", len(names), time.Since(began).Milliseconds())
	return nil
}

// alone waits until no other build runs: the tests of several packages may open a fresh clone at once.
func alone() (func(), error) {
	f, err := os.OpenFile(filepath.Join(distDir, ".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open lock (is this the folder assets?): %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock dist: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// digest hashes the names and bytes of files and folders.
func digest(roots ...string) (string, error) {
	h := sha256.New()
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			_, _ = fmt.Fprintf(h, "%s %d\n%s", path, len(b), b)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("read sources: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// built reports whether dist was made from these sources and is whole.
func built(source string) bool {
	b, err := os.ReadFile(filepath.Join(distDir, metaName))
	if err != nil {
		return false
	}
	var m meta
	if json.Unmarshal(b, &m) != nil || m.Source != source {
		return false
	}
	for _, name := range m.Names {
		if _, err := os.Stat(filepath.Join(distDir, name)); err != nil {
			return false
		}
	}
	return true
}

// fetch installs the packages of the lock file, exactly, and runs none of their scripts.
func fetch(log io.Writer) error {
	want, err := digest(lockFile)
	if err != nil {
		return err
	}
	if have, err := os.ReadFile(stamp); err == nil && string(have) == want {
		return nil
	}
	_, _ = fmt.Fprintln(log, "assets: fetching the font and the icons with npm ci (about 60 MB, once) ...")
	began := time.Now()
	npm := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	npm.Stdout, npm.Stderr = log, log
	if err := npm.Run(); err != nil {
		return fmt.Errorf("npm ci (Node and npm are needed to build the pages): %w", err)
	}
	_, _ = fmt.Fprintf(log, "assets: fetched in %.1f s\n", time.Since(began).Seconds())
	if err := os.WriteFile(stamp, []byte(want), 0o644); err != nil {
		return fmt.Errorf("note what was fetched: %w", err)
	}
	return nil
}

var hashed = regexp.MustCompile(`-[A-Z0-9]{8}(\.[a-z0-9]+)$`)

// plain returns the name of a built file without the digest in it.
func plain(built string) string { return hashed.ReplaceAllString(built, "$1") }

// put writes a file into dist under a name with its digest.
func put(names map[string]string, name string, body []byte) error {
	sum := sha256.Sum256(body)
	ext := filepath.Ext(name)
	built := fmt.Sprintf("%s-%X%s", name[:len(name)-len(ext)], sum[:4], ext)
	names[name] = built
	if err := os.WriteFile(filepath.Join(distDir, built), body, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// finish writes the list of names last, in one step, and removes what no longer belongs to it.
func finish(m meta) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", metaName, err)
	}
	part := filepath.Join(distDir, ".meta.part")
	if err := os.WriteFile(part, b, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", metaName, err)
	}
	if err := os.Rename(part, filepath.Join(distDir, metaName)); err != nil {
		return fmt.Errorf("write %s: %w", metaName, err)
	}
	keep := []string{metaName, ".keep", ".lock"}
	for _, name := range m.Names {
		keep = append(keep, name)
	}
	entries, err := os.ReadDir(distDir)
	if err != nil {
		return fmt.Errorf("list dist: %w", err)
	}
	for _, e := range entries {
		if !slices.Contains(keep, e.Name()) {
			if err := os.Remove(filepath.Join(distDir, e.Name())); err != nil {
				return fmt.Errorf("clear dist: %w", err)
			}
		}
	}
	return nil
}
