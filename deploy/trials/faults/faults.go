package main

// fault is one row of the table: what goes wrong, what holds all the same, and the tests that show it.
type fault struct {
	part  int    // of the work on synchronisation, 1 to 12
	what  string // goes wrong
	holds string // all the same
	tests []string
	quick bool // tried in a quick run too
}

// faults are all rows. A test is named by its package's folder and its function.
var faults = []fault{
	{1, "a photograph of 10 MB on a line of 7,000 bytes/s with 300 ms and resets", "an application is in custody within 5 s in the median", []string{"sync/linktest.TestSlowApplication"}, true},
	{1, "a new terminal on that line", "the catalogue with its forms is there within 90 s", []string{"sync/linktest.TestSlowCatalogue"}, true},
	{1, "nothing to say on that line", "under 1 KB a minute", []string{"sync/linktest.TestSlowIdle"}, true},
	{1, "a kernel that would buffer what waits", "lanes are not defeated: what waits is small", []string{"sync/link.TestUnsent"}, true},
	{1, "many papers, many editions", "no more bytes than what they say", []string{"sync/linktest.TestBytes", "sync/wire.TestPack", "sync/hub.TestPacks"}, true},

	{2, "attachments cut by resets, on that line", "go on at the chunk", []string{"sync/linktest.TestSlowAttachment", "sync/uplink.TestPapersResume"}, true},
	{2, "the terminal restarted in the middle of an attachment", "goes on at the chunk", []string{"kiosk/boltstore.TestResume"}, true},
	{2, "central restarted in the middle of an attachment", "goes on at the chunk; lists what a case lacks", []string{"central/server.TestResume", "central.TestAwaited"}, true},
	{2, "custodies, outcomes and entries lost, and every entry again", "one case each", []string{"sync/linktest.TestExactlyOnce"}, true},
	{2, "a line that loses, cuts, delays, repeats and falls silent", "one case each", []string{"sync/linktest.TestAnyLine"}, false},
	{2, "processes: the line cut in the middle of what it carries", "one case each", []string{"deploy/trials.TestRepeats"}, true},
	{2, "processes: the terminal killed while residents file", "every receipt seen is one case", []string{"deploy/trials.TestKills"}, true},

	{3, "processes: a terminal put back to an old image", "recognised; enrolled again, one case each", []string{"deploy/trials.TestRestoredTerminal"}, false},
	{3, "processes: a terminal copied", "recognised; each with a key of its own, one case each", []string{"deploy/trials.TestClonedTerminal"}, false},
	{3, "processes: central restored from a backup, and from an image", "what terminals keep is filed again once; the rest is listed", []string{"deploy/trials.TestRestoredCentral"}, false},
	{3, "processes: central replaced by an empty one", "what terminals keep is filed again once", []string{"deploy/trials.TestReplacedCentral"}, false},
	{3, "central restored or replaced, simulated", "terminals say what they know; what nobody has is listed", []string{"sync/linktest.TestCentralRestored", "sync/linktest.TestCentralReplaced", "sync/linktest.TestMissing", "sync/linktest.TestSigns"}, true},
	{3, "a backup that is damaged, or not central's", "refused before anything is overwritten", []string{"central/server.TestBackup", "central/server.TestRestoreRefuses"}, true},

	{4, "entries that central cannot open, check or route", "work for a person while the clock runs; nothing is refused", []string{"central/intake.TestAside", "central/intake.TestUnreadable", "central/intake.TestGiven", "central/intake.TestKeyComesBack"}, true},
	{4, "one bad entry among good ones", "holds up itself alone", []string{"sync/hub.TestBadEntryHoldsUpItself", "sync/uplink.TestPaperHoldsUpItself"}, true},
	{4, "errors of an item, the line, trust and overload", "told apart by stable codes", []string{"sync/wire.TestClasses", "sync/wire.TestOutcomes", "sync/link.TestReasons", "sync/uplink.TestReasons"}, true},
	{4, "damaged records", "become voids that are signed and told", []string{"kiosk/boltstore.TestVoid", "kiosk/boltstore.TestVoidWhileOpen"}, true},
	{4, "processes: papers gone from the terminal's disk", "the case is there, and says which", []string{"deploy/trials.TestPaperGone"}, false},

	{5, "processes: a terminal moved to another central", "drained first; one case each", []string{"deploy/trials.TestMove"}, false},
	{5, "processes: a terminal revoked while it keeps applications", "released by a person; one case each", []string{"deploy/trials.TestRevoke"}, false},
	{5, "processes: a dead terminal's disk", "read by the operator's tool; one case each", []string{"deploy/trials.TestDeadDisk"}, false},
	{5, "processes: keys of terminal and central rotated", "overlap; one case each; the drill restores", []string{"deploy/trials.TestKeys"}, false},
	{5, "central's keys lost", "restored by any holder of an offline copy", []string{"central/escrow.TestRestore", "central/escrow.TestEachHolderAlone", "central/escrow.TestBrokenCopy", "central/escrow.TestCopyAfterRotation"}, true},

	{6, "processes: a clock wrong by years, jumping, and another zone", "order is kept; filed time is sure, likely or unsure", []string{"deploy/trials.TestClock"}, false},
	{6, "filed times of every kind of clock", "the rule for each", []string{"central/intake.TestFiledAt", "central/intake.TestFiledBetween", "central/intake.TestClockJumps"}, true},
	{6, "a wrong clock on the terminal", "takes in, keeps papers, shows no notice too long", []string{"kiosk/desk.TestFilesByAWrongClock", "kiosk/agent.TestNoticesByAWrongClock", "kiosk/boltstore.TestWrongClock", "kiosk/boltstore.TestJumpKeepsPapers"}, true},

	{7, "processes: no line but a USB stick", "one case each, settled later", []string{"deploy/trials.TestStick"}, true},
	{7, "processes: sticks that hold a part", "go on where they ended", []string{"deploy/trials.TestSmallSticks"}, false},
	{7, "bundles out of order, again, one way, beside the line", "harmless", []string{"sync/uplink.TestBundleGap", "sync/uplink.TestBundleGoesOn", "sync/uplink.TestBundleInSmallFiles", "sync/uplink.TestBundleOneWay", "sync/uplink.TestBundlesBesideTheLine", "sync/uplink.TestBundlesWithoutALine", "sync/uplink.TestOldBundleBringsNothingBack"}, true},
	{7, "a tampered or foreign stick", "refused with a code, nothing taken", []string{"sync/bundle.TestEveryChangeIsRefused", "sync/bundle.TestForeign", "sync/bundle.TestTricks", "sync/uplink.TestStrangersBundles", "sync/uplink.TestForkedBundle"}, true},

	{8, "processes: the terminal's disk full", "says so; what began is finished; one case each", []string{"deploy/trials.TestFullDisk"}, true},
	{8, "processes: the terminal's disk read-only", "says so, serves; one case each", []string{"deploy/trials.TestReadOnlyDisk"}, false},
	{8, "processes: files deleted, cut, zeroed, noise, bits flipped", "starts, says what it found, rebuilds", []string{"deploy/trials.TestDamage"}, false},
	{8, "processes: the power cut at one instant (reflink of an ext4)", "every receipt seen is held", []string{"deploy/trials.TestPower"}, true},
	{8, "the same with fdatasync left out", "must lose receipts, and does", []string{"deploy/trials.TestPowerUnsynced"}, false},
	{8, "a program killed while it writes, also before each call", "every acknowledged entry is held", []string{"kiosk/boltstore.TestKilled", "kiosk/boltstore.TestKilledAt"}, true},
	{8, "a log of writes replayed, unsynced ones lost or torn", "every receipt is held", []string{"kiosk/boltstore.TestPowerLost"}, true},
	{8, "the same with one sync removed", "must lose receipts where it should, and does", []string{"kiosk/boltstore.TestSyncRemoved"}, false},

	{9, "frames that are too large, floods, wrong signatures, another's entries", "refused with a code, logged once", []string{"sync/hub.TestHostile", "sync/hub.TestFloodOfTelemetry", "sync/hub.TestFloodOfQuestions", "sync/link.TestLimit"}, true},
	{9, "replayed hellos, impostors, someone in the middle", "refused", []string{"sync/hub.TestReplay", "sync/hub.TestImpostor", "sync/hub.TestMiddle", "sync/hub.TestBadProofOfKey", "sync/link.TestBinding"}, true},
	{9, "slow readers, connections that say nothing, a crowd", "others are served", []string{"sync/hub.TestSlowReader", "sync/hub.TestCrowdOfStrangers", "sync/hub.TestCrowd", "sync/hub.TestQuietSession"}, true},
	{9, "compressed bombs", "bounded", []string{"sync/wire.TestPackRefused", "kiosk/desk.TestAttachBombs", "sync/uplink.TestSpoiltPack"}, true},
	{9, "captive portals, intercepting proxies", "told apart from central in words", []string{"sync/link.TestBetween", "sync/link.TestIntercepted"}, true},
	{9, "every decoder on every input that was kept", "no panic, no lie", []string{
		"sync/wire.FuzzDecode", "sync/wire.FuzzBody", "sync/wire.FuzzSigned", "sync/wire.FuzzUnpack", "sync/bundle.FuzzOpen",
		"sync/rescue.FuzzRead", "sync/uplink.FuzzAnswer", "sync/seal.FuzzOpen", "sync/identity.FuzzKeys", "sync/identity.FuzzParseCode",
	}, true},

	{10, "bytes of version 1, frozen", "read as ever", []string{"sync/wire.TestFrozen", "sync/wire.TestFrozenKeys", "sync/wire.TestProtocol", "kiosk/boltstore.TestGolden"}, true},
	{10, "a peer of version 2", "served or refused as PROTOCOL.md says", []string{"sync/hub.TestVersions", "sync/hub.TestNewerTerminal", "sync/hub.TestNewerTerminalAlone", "sync/uplink.TestNewerCentral", "sync/uplink.TestNewerCentralRefuses", "sync/uplink.TestFutureFrame"}, true},

	{11, "central and up to 50 terminals in one run, everything at once", "one case or one thing set aside each; cursors in step", []string{"sync/simulate.TestSimulation"}, true},
	{11, "the same seed again", "the same run, frame by frame", []string{"sync/simulate.TestReplay"}, true},
	{11, "one rule broken on purpose", "must be found, and is", []string{"sync/simulate.TestBroken"}, false},

	{12, "processes: applications wait", "said in words and metrics, without what residents said", []string{"deploy/trials.TestSeenFromOutside"}, false},
}

// measured are the benchmarks of a full run, whose lines are shown and held against nothing: machines differ.
var measured = []string{"sync/link.BenchmarkModem", "sync/linktest.BenchmarkPackings"}

// sizes are the flags of a package's tests: how often each fault is tried. env is of a full run alone.
var sizes = map[string]struct{ full, quick, env []string }{
	"deploy/trials": {
		full:  []string{"-kills=200", "-cuts=60", "-flips=30", "-powers=100"},
		quick: []string{"-kills=8", "-cuts=4", "-powers=3"},
	},
	"sync/simulate":   {full: []string{"-seeds=400"}, quick: []string{"-seeds=60"}},
	"kiosk/boltstore": {quick: []string{"-test.short"}, env: []string{"DOORSTEP_LONG=1"}},
	"sync/linktest":   {quick: []string{"-test.short"}},
}
