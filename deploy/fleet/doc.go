// Package fleet runs the real programs of Doorstep on one machine: a central and terminals as processes, with
// everything they keep under one folder. The demonstration, the story and the trials start, stop and kill them here.
//
// A [Site] is one central with one terminal; its addresses are on loopback. The terminal knows central by
// Ports.Terminals: to cut the line, stop central or start it with its listener elsewhere. Nothing here looks into
// what the programs do or keep.
package fleet
