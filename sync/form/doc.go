// Package form reads the forms of services and checks answers against them, with the same result at the terminal,
// page by page, and at central, whole.
//
// A form is a JSON Schema 2020-12 document whose object of properties is what a resident may answer. The schema
// decides: what is required, what is allowed, and what is not asked at all. Hints under "x-" keys only say how to
// ask: pages, order, control, labels in both languages, which answer names the applicant. The hints are:
//
//	x-pages    top level: the pages, each {id, title, why, fields}; together they name every property once
//	x-control  of a property: one of the Controls
//	x-label    {zh, en}: the question;  x-help {zh, en}: small print below it;  x-unit {zh, en}
//	x-options  words for each value of an enum: {value: {zh, en}}
//	x-role     what the answer is to the application: one of the Roles
//	x-order    of a repeat's items: the order of their properties
//	x-mask     true: shown masked on the review page
//	x-after    of a date: the date beside it that it must not be before
//	x-age      of a document, an identity number or a date of birth: {min, max} years completed on the day of filing
//
// Conditions live in the schema: an element of allOf is {if, then, else} where if refers to a condition under
// $defs, and then and else name what is required and, by "properties": {"name": false}, what is not asked. A
// question that the schema forbids for the present answers is hidden, [Form.Clean] drops its answer, and an answer
// that is there all the same is an error. A material's When names one of the same conditions.
//
// Formats that JSON Schema leaves to the reader are checked by the rules of package civic: resident-id, phone,
// credit-code, bank-account, person-name, date, past-date.
//
// A Form is immutable and safe for concurrent use. Nothing here does input or output; what a person will read is a
// *civic.Error with its field path and locale key. No error holds an answer.
package form
