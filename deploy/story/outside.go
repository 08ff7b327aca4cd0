package main

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	_ "modernc.org/sqlite" // reads central's file from outside

	"doorstep/sync/civic"
)

// ask reads one value from central's database file, as anyone with the file could, while central runs or not.
func (t *teller) ask(ctx context.Context, into any, query string, args ...any) error {
	db, err := sql.Open("sqlite", "file:"+t.site.Path("central", "central.db")+"?mode=ro")
	if err != nil {
		return fmt.Errorf("open central's file: %w", err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(ctx, query, args...).Scan(into); err != nil {
		return fmt.Errorf("ask central's file: %w", err)
	}
	return nil
}

func (t *teller) count(ctx context.Context, query string, args ...any) (n int, err error) {
	err = t.ask(ctx, &n, query, args...)
	return n, err
}

// counts fails unless central's file has so many of something.
func (t *teller) counts(ctx context.Context, want int, what, query string, args ...any) error {
	n, err := t.count(ctx, query, args...)
	if err == nil && n != want {
		err = fmt.Errorf("central has %d %s, not %d", n, what, want)
	}
	return err
}

// closed fails if anyone answers at an address.
func closed(ctx context.Context, address string) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil //nolint:nilerr // that nobody answers is what was asked
	}
	return errors.Join(fmt.Errorf("someone still listens at %s", address), c.Close())
}

// scan renders a receipt as a 203 dpi printer would and reads its QR with zbarimg.
func (t *teller) scan(ctx context.Context, pdf string) (string, error) {
	base := strings.TrimSuffix(pdf, ".pdf")
	if out, err := exec.CommandContext(ctx, "pdftoppm", "-r", "203", "-png", "-singlefile", pdf, base).CombinedOutput(); err != nil {
		return "", fmt.Errorf("render the receipt: %w: %s", err, out)
	}
	out, err := exec.CommandContext(ctx, "zbarimg", "--quiet", "--raw", base+".png").Output()
	if err != nil {
		return "", fmt.Errorf("read the QR: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// paper returns the receipt that was printed last.
func (t *teller) paper() (string, error) {
	files, err := filepath.Glob(t.site.Path("print", "*.pdf"))
	if err != nil {
		return "", err
	}
	if len(files) == 0 {
		return "", errors.New("nothing was printed")
	}
	return slices.Max(files), nil
}

// genuine checks the signature on a QR against the terminal's key in central's file.
func (t *teller) genuine(ctx context.Context, q *civic.ReceiptQR) error {
	var key []byte
	if err := t.ask(ctx, &key, `SELECT public_key FROM terminals WHERE number = ?`, q.Code.Terminal()); err != nil {
		return err
	}
	if !q.VerifiedBy(ed25519.PublicKey(key)) {
		return fmt.Errorf("the QR is not signed by the terminal")
	}
	return nil
}

// photo makes a picture of a paper, as a document camera would.
func photo(file string, tint uint8) error {
	img := image.NewRGBA(image.Rect(0, 0, 1200, 800))
	for y := range 800 {
		for x := range 1200 {
			c := color.RGBA{250, 248, 240 - tint, 255}
			if y%80 < 6 && x > 120 && x < 900 || x < 20 || y < 20 {
				c = color.RGBA{40, 50, 70 + tint, 255}
			}
			img.Set(x, y, c)
		}
	}
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("make a paper: %w", err)
	}
	if err := jpeg.Encode(f, img, &jpeg.Options{Quality: 85}); err != nil {
		return fmt.Errorf("make a paper: %w", err)
	}
	return f.Close()
}
