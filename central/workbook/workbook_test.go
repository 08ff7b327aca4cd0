package workbook_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"doorstep/assets"
	"doorstep/central/workbook"
	"doorstep/sync/catalogue"
	"doorstep/sync/civic"
)

func write(t testing.TB, services []workbook.Service) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := workbook.Write(&b, services); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t testing.TB, file []byte) *workbook.Book {
	t.Helper()
	b, err := workbook.Read(context.Background(), file, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// same fails unless a workbook gives back what was written into it.
func same(t testing.TB, services []workbook.Service) {
	t.Helper()
	got := read(t, write(t, services))
	if len(got.Faults) > 0 {
		t.Fatalf("faults: %v %v", got.Faults[0], got.Faults[0].Err)
	}
	if len(got.Services) != len(services) {
		t.Fatalf("%d services, want %d", len(got.Services), len(services))
	}
	for i, s := range services {
		want, have := encode(t, s.Guide), encode(t, got.Services[i].Guide)
		if want != have || got.Services[i].Rev != s.Rev {
			t.Fatalf("service %d revision %d is\n%s\nwant revision %d\n%s", i, got.Services[i].Rev, have, s.Rev, want)
		}
	}
}

func encode(t testing.TB, g civic.Guide) string {
	t.Helper()
	b, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// parsed is the catalogue, read once: it is large.
var parsed = sync.OnceValues(func() ([]catalogue.Service, error) { return catalogue.Parse(assets.Catalogue()) })

func published(t testing.TB) []workbook.Service {
	t.Helper()
	list, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	out := make([]workbook.Service, len(list))
	for i, s := range list {
		out[i] = workbook.Service{Guide: s.Guide, Rev: uint32(i + 1)}
	}
	return out
}

func TestTheCatalogueGoesOutAndComesBack(t *testing.T) { same(t, published(t)) }

// three returns three services whose rows a test can count.
func three(t testing.TB) []workbook.Service {
	t.Helper()
	return slices.DeleteFunc(published(t), func(s workbook.Service) bool {
		return !slices.Contains([]string{"HJ-008", "HJ-009", "SB-010"}, s.Guide.ID)
	})
}

// TestAnyGuideGoesOutAndComesBack draws guides from everything that a published text may hold.
func TestAnyGuideGoesOutAndComesBack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var services []workbook.Service
	for i := range 300 {
		services = append(services, workbook.Service{Guide: anyGuide(rnd, i), Rev: rnd.Uint32N(5)})
	}
	same(t, services)
}

// hostile are texts that a spreadsheet may read as something else.
var hostile = []string{
	"=1+1", "+8613800138000", "-1", "@SUM(A1)", "'0", "0012", "1E5", "TRUE", "2026-09-26", "_x0041_", "_x000D_", "<b>&amp;", `"引号"`,
	"𬭎𠀀", "👨‍👩‍👧", "a  b", "#N/A", "{0}", "１２", "民法典§4\u00a0条",
}

func anyText(rnd *rand.Rand, max int) string {
	if rnd.IntN(8) == 0 {
		return hostile[rnd.IntN(len(hostile))]
	}
	r := make([]rune, 1+rnd.IntN(max))
	for i := range r {
		switch rnd.IntN(10) {
		case 0:
			r[i] = rune('!' + rnd.IntN(90))
		case 1:
			r[i] = rune(0x20000 + rnd.IntN(0xa000))
		default:
			r[i] = rune(0x4e00 + rnd.IntN(0x51a0))
		}
	}
	return string(r)
}

func anyList(rnd *rand.Rand) []string {
	var out []string
	for i := range rnd.IntN(5) {
		out = append(out, fmt.Sprint(anyText(rnd, 60), i))
	}
	return out
}

func pick[T any](rnd *rand.Rand, v ...T) T { return v[rnd.IntN(len(v))] }

func anyGuide(rnd *rand.Rand, i int) civic.Guide {
	text := func(max int) string { return anyText(rnd, max) }
	maybe := func(max int) string {
		if rnd.IntN(2) == 0 {
			return ""
		}
		return text(max)
	}
	g := civic.Guide{
		ID: fmt.Sprintf("%c%c-%03d", 'A'+rnd.IntN(26), 'A'+i/100, i%100), Name: text(40), NameEN: text(40), ItemCode: maybe(30), Field: text(10),
		Events: pick(rnd, nil, []string{"birth"}, []string{"old-age", "housing"}), Packages: anyList(rnd), Spot: rnd.IntN(2) == 0, Department: "civil-affairs", Authority: text(20),
		Joint: anyList(rnd), Audience: pick(rnd, "个人", "企业"), Conditions: anyList(rnd),
		Statutory: pick(rnd, civic.Limit{}, civic.Limit{Days: 20, Kind: civic.WorkingDays}),
		Promised:  pick(rnd, civic.Limit{}, civic.Limit{Days: 1, Kind: civic.CalendarDays}), Fee: text(30),
		Channels: pick(rnd, []civic.Channel{civic.ChannelWindow}, []civic.Channel{civic.ChannelTerminal, civic.ChannelOnline}),
		Where:    maybe(60), Contact: maybe(12), Law: anyList(rnd), Source: "[G] " + text(20), Trust: civic.TrustGuide,
		Form: pick(rnd, "", "HJ-008"), Sensitive: maybe(50), Retention: pick(rnd, "permit", "letter"), Words: anyList(rnd),
		Claim: pick(rnd, civic.NoClaim, civic.ClaimDeletion),
	}
	for n := range rnd.IntN(6) {
		need := pick(rnd, civic.NeedRequired, civic.NeedOptional, civic.NeedLater, civic.NeedHeld)
		m := civic.Material{
			ID: fmt.Sprint("m", n), Name: text(30), NameEN: text(30), Need: need, Original: rnd.IntN(3), Copies: rnd.IntN(3),
			When: pick(rnd, "", "proxied"), Issuer: maybe(12), Accept: pick(rnd, nil, []string{"image/jpeg", "application/pdf"}),
		}
		m.Note = pick(rnd, "", text(60), text(20)+"\n"+text(20))
		switch need {
		case civic.NeedLater:
			m.Days = 1 + rnd.IntN(20)
		case civic.NeedHeld:
			m.HeldBy = text(10)
		}
		g.Materials = append(g.Materials, m)
	}
	for range rnd.IntN(5) {
		g.Steps = append(g.Steps, civic.Step{Name: text(12), Days: float64(rnd.IntN(9)) / 2})
	}
	return g
}

// TestEveryFieldHasAColumn fails when a guide learns to say something that a workbook would lose.
func TestEveryFieldHasAColumn(t *testing.T) {
	var filled civic.Guide
	fill(reflect.ValueOf(&filled).Elem())
	filled.Events, filled.Retention, filled.Trust, filled.Claim = []string{"birth"}, "permit", civic.TrustGuide, civic.ClaimCopy
	filled.Channels = []civic.Channel{civic.ChannelWindow}
	filled.Statutory.Kind, filled.Promised.Kind = civic.WorkingDays, civic.CalendarDays
	filled.Materials[0].Need, filled.Materials[0].Accept = civic.NeedLater, []string{"image/png"}
	same(t, []workbook.Service{{Guide: filled}})
}

// fill sets every field to something.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("x")
	case reflect.Int:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("bug: a guide has a " + v.Kind().String())
	}
}

// edit changes a workbook as somebody with a spreadsheet would.
func edit(t *testing.T, file []byte, do func(f *excelize.File)) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	do(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMistakesAreNamedByTheirCells(t *testing.T) {
	file := edit(t, write(t, three(t)), func(f *excelize.File) {
		set := func(sheet, cell string, v any) {
			if err := f.SetCellValue(sheet, cell, v); err != nil {
				t.Fatal(err)
			}
		}
		set("事项", "C3", "")           // a name
		set("事项", "A4", "HJ-008")     // a code that stands above
		set("事项", "N2", "五天")         // a number in words
		set("事项", "E2", "1.1440E+21") // a code that became a number
		set("事项", "AH2", "旁注")        // beside the table
		set("材料", "E3", "也许")         // a need that there is not
		set("材料", "A4", "QQ-999")     // a service that there is not
		set("环节", "B1", "步骤")         // a column by another name
	})
	got := map[string]string{}
	for _, f := range read(t, file).Faults {
		got[f.String()] = f.Err.Key
	}
	want := map[string]string{
		"事项!C3": "workbook.empty", "事项!A4": "workbook.twice", "事项!N2": "workbook.whole", "事项!E2": "workbook.turned",
		"事项!AH2": "workbook.beside", "材料!E3": "workbook.choice", "材料!A4": "workbook.whose", "环节!B1": "workbook.column",
		"环节!1": "workbook.nocolumn",
	}
	for at, key := range want {
		if got[at] != key {
			t.Errorf("%s is %q, want %s", at, got[at], key)
		}
	}
	// What belonged to the service that was given another's code has no service any more.
	for at, key := range got {
		if want[at] == "" && key != "workbook.whose" && key != "workbook.beside" && key != "workbook.empty" {
			t.Errorf("%s is %s", at, key)
		}
	}
}

// TestPlaceFindsTheCell finds the cell of a fault that the rules name by its path.
func TestPlaceFindsTheCell(t *testing.T) {
	services := three(t)
	b := read(t, write(t, services))
	first := len(services[0].Guide.Materials)
	for path, want := range map[string]string{
		"promised/kind": "事项!Q3", "conditions/1": "事项!M3", "materials/2/days": fmt.Sprintf("材料!H%d", first+2+2),
		"materials/0/accept/1": fmt.Sprintf("材料!M%d", first+2), "steps/0/days": fmt.Sprintf("环节!C%d", len(services[0].Guide.Steps)+2), "materials": "事项!3",
	} {
		if got := b.Place(1, civic.Refuse(civic.Invalid, path, "x")).String(); got != want {
			t.Errorf("%s stands at %s, want %s", path, got, want)
		}
	}
}

// TestSheetsMayBeSortedAndColumnsMoved reads a workbook that somebody rearranged.
func TestColumnsMayBeMoved(t *testing.T) {
	services := three(t)
	file := edit(t, write(t, services), func(f *excelize.File) {
		if err := f.InsertCols("环节", "A", 1); err != nil {
			t.Fatal(err)
		}
		if err := f.InsertRows("事项", 3, 2); err != nil {
			t.Fatal(err)
		}
	})
	b := read(t, file)
	if len(b.Faults) > 0 || len(b.Services) != len(services) || len(b.Services[0].Guide.Steps) != len(services[0].Guide.Steps) {
		t.Errorf("%d services, faults %v", len(b.Services), b.Faults)
	}
}

func TestWhatIsNoWorkbookIsRefused(t *testing.T) {
	refused := func(name string, file []byte, code civic.Code) {
		t.Helper()
		if _, err := workbook.Read(t.Context(), file, func(int) {}); !errors.Is(err, &civic.Error{Code: code}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused("nothing", nil, civic.Invalid)
	refused("a picture", []byte("\xff\xd8\xff\xe0"), civic.Invalid)
	refused("too large", make([]byte, workbook.MaxFile+1), civic.Full)
	refused("a bomb", bomb(t, write(t, three(t))), civic.Full)
	refused("cut", write(t, three(t))[:2000], civic.Invalid)
	var plain bytes.Buffer
	if err := excelize.NewFile().Write(&plain); err != nil {
		t.Fatal(err)
	}
	if b := read(t, plain.Bytes()); len(b.Faults) != 3 || b.Faults[0].Err.Key != "workbook.sheet" {
		t.Errorf("a workbook of another kind: %v", b.Faults)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := workbook.Read(ctx, write(t, three(t)), func(int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// bomb adds a part to a workbook that unpacks to more than the bound.
func bomb(t *testing.T, file []byte) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.Create("xl/worksheets/sheet9.xml")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 257 {
		if _, err := part.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestManyFaultsAreBounded tells the first of many and how many there are beyond.
func TestManyFaultsAreBounded(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var services []workbook.Service
	for i := range 400 {
		g := anyGuide(rnd, i)
		g.Name = ""
		services = append(services, workbook.Service{Guide: g})
	}
	b := read(t, write(t, services))
	if len(b.Faults) != workbook.MaxFaults || b.More != 100 {
		t.Errorf("%d faults and %d more", len(b.Faults), b.More)
	}
}

func TestTheFormulaStaysAText(t *testing.T) {
	s := three(t)[:1]
	s[0].Guide.Fee = "=1+1"
	f, err := excelize.OpenReader(bytes.NewReader(write(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	formula, err := f.GetCellFormula("事项", "S2")
	if err != nil || formula != "" {
		t.Errorf("formula %q, %v", formula, err)
	}
	lists, err := f.GetDataValidations("材料")
	if err != nil || len(lists) != 2 || !strings.Contains(lists[0].Formula1, "容缺后补") {
		t.Errorf("lists to choose from: %v, %v", lists, err)
	}
}
