package server

import (
	"doorstep/assets"
	"doorstep/assets/locale"
	"doorstep/printing/receipt"
)

// newPress makes the press that sets the documents of departments, in the fonts that receipts are set in.
func newPress() (*receipt.Press, error) {
	files, err := assets.Open()
	if err != nil {
		return nil, err
	}
	regular, err := files.Font(400)
	if err != nil {
		return nil, err
	}
	bold, err := files.Font(700)
	if err != nil {
		return nil, err
	}
	return receipt.New(receipt.Options{Regular: regular, Bold: bold, T: locale.T})
}
