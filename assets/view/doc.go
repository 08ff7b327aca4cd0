// Package view holds the data of every page: one plain struct a page, which a handler fills and a template shows.
//
// A page of the resident's face embeds [Kiosk], a page of the console [Console]; the page that the QR opens on a
// phone is [Track]. The fields hold facts, not sentences: the words are chosen by the template, in the language
// the page is rendered in. Where a field does hold words, they come from what was published (a guide, a form) or
// from the locale files, and its comment says so.
//
// README.md in assets/templates lists the template, the struct and the routes of every page.
package view
