package agent_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"doorstep/assets/locale"
	"doorstep/kiosk/agent"
	"doorstep/kiosk/boltstore"
	"doorstep/sync/civic"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, civic.China)

// well is a terminal that needs nothing of anybody.
func well() agent.Status {
	return agent.Status{
		Terminal: 1041, PointName: "化龙镇党群服务中心", Running: true, Free: 60 << 30, Reserve: 512 << 20, Synchronised: true,
		Printer: "ready", Line: &agent.Line{Up: true, Since: noon.Add(-time.Hour), Contact: noon},
		Entries: map[civic.EntryState]int{civic.Settled: 7},
	}
}

// TestAdvise: whatever waits or is wrong is said with since when, why and what to do, in both languages, and is
// somebody's work or not.
func TestAdvise(t *testing.T) {
	day := noon.Add(-25 * time.Hour)
	for _, c := range []struct {
		name   string
		change func(*agent.Status)
		good   bool
		zh, en []string
	}{
		{"all is well", func(*agent.Status) {}, true, []string{"都正常", "连线正常，从 2026年11月25日 11:00 起", "没有等着送到中心的申请"}, []string{"All is well"}},
		{"waits for a minute", func(s *agent.Status) {
			s.Waiting = boltstore.Queue{Entries: 3, Bytes: 5 << 20, Oldest: noon.Add(-time.Minute)}
		}, true, []string{"有 3 件申请等着送到中心，最早的一件在 2026年11月25日 11:59 收件，共 5 MB", "连线一通就会自动送出"}, []string{"waiting to be sent to central: 3"}},
		{"waits for a day", func(s *agent.Status) { s.Waiting = boltstore.Queue{Entries: 3, Bytes: 5 << 20, Oldest: day} }, false,
			[]string{"有 3 件申请等了一天多", "2026年11月24日 11:00", "请接通网络"}, []string{"more than a day", "Connect the network"}},
		{"papers wait for a day", func(s *agent.Status) { s.Papers = boltstore.Backlog{Papers: 2, Bytes: 9 << 20, Oldest: day} }, false,
			[]string{"有 2 份材料等了一天多", "共 9 MB"}, []string{"Papers that central does not have whole"}},
		{"papers on their way", func(s *agent.Status) { s.Papers = boltstore.Backlog{Papers: 2, Bytes: 900, Oldest: noon} }, true,
			[]string{"有 2 份材料还没全部送到中心", "共 1 KB"}, []string{"they follow"}},
		{"papers lost", func(s *agent.Status) { s.Papers.Lost = 1 }, false, []string{"有 1 份还没送出的材料，文件已丢失或损坏", "请等经办部门通知补正"}, []string{"files are lost"}},
		{"line down", func(s *agent.Status) {
			s.Line = &agent.Line{Since: day, Reason: "line-refused", Next: noon.Add(9 * time.Second)}
		}, false, []string{"连线不通，从 2026年11月24日 11:00 起，9 秒后再连", "接收程序没有运行"}, []string{"next try in 9 s"}},
		{"line up, one thing stuck", func(s *agent.Status) { s.Line.Reason = civic.Untrusted }, false, []string{"有一项送不过去", "签名核对不上"}, []string{"one thing does not get through"}},
		{"dialling", func(s *agent.Status) { s.Line = &agent.Line{Since: noon} }, true, []string{"正在连接中心"}, []string{"Connecting"}},
		{"the disk is read-only", func(s *agent.Status) {
			s.Trouble = &agent.Trouble{Since: day, Code: civic.Unavailable, Key: "store.write"}
		}, false,
			[]string{"从 2026年11月24日 11:00 起写不进磁盘", "已收的都还在", "重新挂载"}, []string{"cannot be written to since", "read-only"}},
		{"the disk is nearly full", func(s *agent.Status) { s.Free = 700 << 20 }, false, []string{"磁盘剩 700 MB，快到要留的 512 MB"}, []string{"700 MB"}},
		{"the disk is full", func(s *agent.Status) { s.Free = 400 << 20 }, false, []string{"已不再开始新的申请"}, []string{"No new application is begun"}},
		{"records damaged", func(s *agent.Status) { s.Entries[civic.DamagedEntry] = 2 }, false, []string{"有 2 条收件记录读不出来", "找到居民重新提交"}, []string{"never received: 2"}},
		{"mended at the start", func(s *agent.Status) { s.Found = []boltstore.Finding{{Key: boltstore.FoundForward, Count: 4}} }, true,
			[]string{"上次启动时发现并处理：有 4 份收件只在收件记录里"}, []string{"Found and mended at the last start"}},
		{"receipts not shown", func(s *agent.Status) { s.Unshown = []agent.Unshown{{Code: 104112345678914, Taken: day}} }, false,
			[]string{"有 1 件已存好，但没给居民看到回执", "补打回执", "0104-1123-4567-8914"}, []string{"not shown to the resident: 1"}},
		{"clock", func(s *agent.Status) { s.Offset = -7 * time.Minute }, false, []string{"时钟慢 7 分钟"}, []string{"7 min behind"}},
		{"clock never compared", func(s *agent.Status) { s.Synchronised = false }, true, []string{"还没有和中心对过时钟"}, []string{"never compared"}},
		{"printer", func(s *agent.Status) { s.Printer = "error" }, false, []string{"打印机：故障", "请到打印机旁查看"}, []string{"Look at the printer"}},
		{"swap", func(s *agent.Status) { s.Swap = 1 }, false, []string{"swapoff"}, []string{"swapoff"}},
		{"stopped", func(s *agent.Status) { s.Running, s.Line, s.Printer, s.Reserve = false, nil, "", 0 }, false, []string{"没有运行", "请启动终端程序"}, []string{"not running"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := well()
			c.change(&s)
			good := true
			for _, a := range s.Advise(locale.Chinese, noon) {
				good = good && a.Good
				if !a.Good && a.Do == "" {
					t.Errorf("%q does not say what to do", a.Text)
				}
			}
			if good != c.good {
				t.Errorf("nobody has to see to it: %t", good)
			}
			for lang, want := range map[locale.Lang][]string{locale.Chinese: c.zh, locale.English: c.en} {
				report := s.Report(lang, noon)
				for _, text := range append(want, "01041") {
					if !strings.Contains(report, text) {
						t.Errorf("%s: %q is not said in\n%s", lang, text, report)
					}
				}
				if strings.ContainsAny(report, "‹›{}") {
					t.Errorf("%s: a key or a blank is left in\n%s", lang, report)
				}
			}
		})
	}
}

// TestExamine tries a terminal that runs and one that does not, with its central out of reach.
func TestExamine(t *testing.T) {
	o := options(t)
	if _, err := agent.Examine(t.Context(), o, locale.Chinese); err == nil {
		t.Error("a machine that is not enrolled is examined")
	}
	enrol(t, o)
	says := func(want ...string) {
		t.Helper()
		list, err := agent.Examine(t.Context(), o, locale.Chinese)
		if err != nil {
			t.Fatal(err)
		}
		report := agent.Lines(locale.Chinese, list)
		for _, text := range want {
			if !strings.Contains(report, text) {
				t.Errorf("%q is not said in\n%s", text, report)
			}
		}
		if left := files(t, o.Dir); strings.Contains(left, "doctor") {
			t.Errorf("left behind: %s", left)
		}
	}
	says("数据目录写得进去", "终端程序没有运行", "没有连上", "接收程序没有运行", "项要处理")
	a, stop := run(t, o)
	defer stop()
	serves(t, a.OpenURL())
	says("数据目录写得进去", "没有等着送到中心的申请", "磁盘剩")
}

// TestMetrics reads the figures where a Prometheus would. Labels are states and codes.
func TestMetrics(t *testing.T) {
	o := options(t)
	enrol(t, o)
	o.Metrics = "0.0.0.0:0"
	if _, err := agent.New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Fatalf("figures for everybody: %v", err)
	}
	o.Metrics = "127.0.0.1:0"
	a, stop := run(t, o)
	defer stop()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.Metrics().String()+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v: %s", resp.StatusCode, err, b)
	}
	for _, want := range []string{
		`doorstep_terminal_entries{state="kept"} 0`, "doorstep_terminal_waiting_entries 0", "doorstep_terminal_line_up 0",
		"doorstep_terminal_disk_free_bytes ", "doorstep_terminal_store_unwritable 0", `doorstep_terminal_printer{state="none"} 1`,
		`doorstep_build_info{program="kiosk",version="` + agent.Version + `"} 1`,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%q is not among the figures", want)
		}
	}
}
