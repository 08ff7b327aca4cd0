package assets

import "io/fs"

// Plain returns the built files under their plain names, for a program that reads them itself, as the keyboard
// reads its words. A browser gets them under the names that FS has.
func (f *Files) Plain() fs.FS { return plain{f} }

type plain struct{ files *Files }

// Open opens a built file by its plain name.
func (p plain) Open(name string) (fs.File, error) {
	built, ok := p.files.names[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return p.files.fsys.Open(built)
}
