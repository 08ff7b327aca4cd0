// Package bundle is the line where there is none: the frames of package wire in signed files, for a USB stick or a
// gateway that lets files through one way. PROTOCOL.md 13 is the format.
//
// A bundle is a folder of files. Each file is complete in itself: at most MaxPart bytes, signed by the terminal that
// wrote it or by central, and of use in any order and any number of times, since its frames are those that may be
// repeated on the line as well. [Builder] makes one, [Open] reads one and gives nothing out before its signature
// holds; [Write], [List] and [Read] are careful with the folder, which is a stranger's.
//
// What goes into a bundle and what comes out of it is decided by sync/uplink for terminals and by sync/hub for
// central. The package knows no store.
package bundle
