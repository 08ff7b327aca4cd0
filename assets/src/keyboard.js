// The keyboard drawn in the page: a system keyboard does not appear over a full screen. It asks the agent what the
// keys may mean, remembers nothing, and leaves a physical keyboard and a scanner alone.

const letters = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
const marks = ["1234567890", "-/:;()#&@\"", ".,?!'·*+="];
const chineseMarks = ["1234567890", "，。、；：？！“”", "（）《》—…·#-/"];
const strokes = [["1", "一 横"], ["2", "丨 竖"], ["3", "丿 撇"], ["4", "丶 点"], ["5", "𠃍 折"]];
const pads = {
  number: ["123", "456", "789", "-0."],
  id: ["123", "456", "789", "X0-"],
  phone: ["123", "456", "789", "-0+"],
};
const hints = { name: "name", address: "address" };

const chinesePage = () => document.documentElement.lang.startsWith("zh");

/** keyboard draws itself into box for whichever field has the focus. */
export function keyboard(box, post) {
  const say = box.dataset;
  const icons = Object.fromEntries([...box.querySelectorAll("template")].map((t) => [t.dataset.icon, t.innerHTML]));
  let field = null;
  let mode = "";
  let typed = "";
  let shift = false;
  let asked = 0;
  let bar, found, shown;

  function attach(root) {
    for (const input of root.querySelectorAll("[data-keys]")) {
      if (input.dataset.attached) continue;
      input.dataset.attached = "1";
      // A scanner fills its field by itself: there the keyboard only comes when it is asked for.
      if (!input.matches("[data-scan]")) input.addEventListener("focus", () => open(input));
      input.addEventListener("click", () => open(input)); // again, after it was put away
      input.addEventListener("blur", () => setTimeout(() => document.activeElement?.dataset?.keys || close(), 60));
    }
    if (document.activeElement?.matches("[data-keys]:not([data-scan])")) open(document.activeElement);
  }

  function open(input) {
    if (field === input && !box.hidden) return;
    field = input;
    typed = "";
    const kind = input.dataset.keys;
    mode = pads[kind] ? kind : kind === "latin" || !chinesePage() ? "latin" : "pinyin";
    shift = kind === "latin";
    draw();
    box.hidden = false;
    requestAnimationFrame(() => (input.closest(".field") ?? input).scrollIntoView({ block: "nearest" }));
  }

  function close() {
    box.hidden = true;
    field = null;
  }

  // insert puts text where the cursor stands, as typing would.
  function insert(text) {
    if (!field || (field.maxLength > 0 && field.value.length + text.length > field.maxLength && field.selectionStart === field.selectionEnd)) return;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    changed();
  }

  function erase() {
    if (typed) return type(typed.slice(0, -1));
    const { selectionStart: from, selectionEnd: to, value } = field;
    if (from === to && from === 0) return;
    const before = [...value.slice(0, from)].slice(0, -1).join("");
    field.setRangeText("", from === to ? before.length : from, to, "end");
    changed();
  }

  const changed = () => field.dispatchEvent(new InputEvent("input", { bubbles: true }));

  // type asks for what the keys may mean; only the answer to the latest question is shown.
  async function type(keys) {
    typed = keys;
    shown.textContent = mode === "stroke" ? [...keys].map((k) => strokes[k - 1][1][0]).join(" ") : keys;
    const ticket = ++asked;
    if (!keys) return offer([]);
    try {
      const question = { mode, keys, hint: hints[field.dataset.keys] ?? "text", before: field.value.slice(0, field.selectionStart) };
      const { candidates } = await (await post("/ime", question, true)).json();
      if (ticket === asked) offer(candidates);
    } catch {
      if (ticket === asked) offer([]);
    }
  }

  function offer(candidates) {
    found.classList.remove("open");
    found.replaceChildren(...candidates.map((c) => key(c.text, "", () => take(c))));
    found.scrollLeft = 0;
    if (!candidates.length) found.append(Object.assign(document.createElement("span"), { className: "hint", textContent: typed ? say.none : mode === "pinyin" ? say.hint : "" }));
    bar.querySelector(".more-found")?.toggleAttribute("hidden", candidates.length < 6);
  }

  function take(candidate) {
    insert(candidate.text);
    type(candidate.rest ?? "");
  }

  function press(k) {
    if (mode === "pinyin" && /^[a-z']$/.test(k)) return type(typed + k);
    if (mode === "stroke") return type(typed + k);
    if (typed) commit();
    insert(k);
    if (shift && field.dataset.keys !== "latin") {
      shift = false;
      draw();
    }
  }

  // commit takes the first candidate, or the letters as they stand.
  function commit() {
    const first = found.querySelector("button");
    if (first) first.click();
    else {
      insert(typed);
      type("");
    }
  }

  function next() {
    if (typed) return commit();
    const all = [...document.querySelectorAll("main [data-keys]")].filter((f) => f.type !== "hidden" && f.offsetParent);
    const after = all[all.indexOf(field) + 1];
    if (after) after.focus();
    else if (field.form?.matches(".search, .way-in")) field.form.requestSubmit();
    else field.blur();
  }

  function to(m) {
    if (typed) commit();
    mode = m;
    draw();
  }

  // key makes a key that never takes the focus from the field.
  function key(label, look, act) {
    const b = document.createElement("button");
    b.type = "button";
    b.tabIndex = -1;
    b.className = look;
    if (icons[label]) {
      b.innerHTML = icons[label];
      b.setAttribute("aria-label", say[label] ?? label);
    } else b.textContent = label;
    b.addEventListener("click", act);
    if (label === "delete") repeat(b, act);
    return b;
  }

  // repeat erases on while the key is held.
  function repeat(b, act) {
    let wait, again;
    const stop = () => (clearTimeout(wait), clearInterval(again));
    b.addEventListener("pointerdown", () => (wait = setTimeout(() => (again = setInterval(act, 90)), 450)));
    for (const name of ["pointerup", "pointerleave", "pointercancel"]) b.addEventListener(name, stop);
  }

  const row = (...keys) => {
    const r = document.createElement("div");
    r.className = "row";
    r.append(...keys);
    return r;
  };
  const plain = (k) => key(shift ? k.toUpperCase() : k, "k", () => press(shift ? k.toUpperCase() : k));
  const mod = (label, act, look = "k wide") => key(label, look, act);

  function padRows() {
    const rows = pads[mode].map((r) => row(...[...r].map((k) => key(k, "k", () => insert(k)))));
    const kind = field.dataset.keys;
    rows[0].append(mod("delete", erase));
    rows[1].append(mod(say.clear, () => ((field.value = ""), changed())));
    const home = kind === "id" || kind === "latin" || !chinesePage() ? "latin" : "pinyin";
    const other = pads[kind] && kind !== "id";
    rows[2].append(other ? mod("hide", () => field.blur()) : mod(home === "latin" ? say.letters : say.pinyin, () => to(home)));
    rows[3].append(mod(say.next, next, "k next"));
    return rows;
  }

  function letterRows() {
    const rows = letters.map((r) => row(...[...r].map(plain)));
    rows[2].prepend(mode === "latin" ? toggle("shift", shift, () => ((shift = !shift), draw())) : mod("'", () => press("'")));
    rows[2].append(mod("delete", erase));
    const chinese = field.dataset.keys !== "latin" && field.dataset.keys !== "id";
    const last = row(mod("123", () => to("number")), mod(say.symbols, () => to("marks")));
    if (chinese) last.append(mod(mode === "latin" ? say.pinyin : say.latin, () => to(mode === "latin" ? "pinyin" : "latin")));
    if (chinese && mode === "pinyin") last.append(mod(say.strokes, () => to("stroke")));
    if (mode === "latin") last.append(mod("hide", () => field.blur()));
    last.append(mod(say.space, () => (typed ? commit() : insert(" ")), "k space"), mod(say.next, next, "k next"));
    return [...rows, last];
  }

  function toggle(label, on, act) {
    const b = mod(label, act);
    b.setAttribute("aria-pressed", on);
    return b;
  }

  function markRows() {
    const chinese = field.dataset.keys !== "latin" && chinesePage();
    const rows = (chinese ? chineseMarks : marks).map((r) => row(...[...r].map((k) => key(k, "k", () => insert(k)))));
    rows.push(row(mod(chinese ? say.pinyin : say.letters, () => to(chinese ? "pinyin" : "latin")), mod(say.space, () => insert(" "), "k space"), mod("delete", erase), mod(say.next, next, "k next")));
    return rows;
  }

  function strokeRows() {
    return [
      row(...strokes.map(([k, name]) => key(name, "k wide", () => press(k)))),
      row(mod(say.pinyin, () => to("pinyin")), mod("?", () => press("6")), mod("delete", erase), mod(say.next, next, "k next")),
    ];
  }

  function draw() {
    box.classList.toggle("pad", Boolean(pads[mode]));
    bar = document.createElement("div");
    bar.className = "bar";
    shown = Object.assign(document.createElement("span"), { className: "typed" });
    found = Object.assign(document.createElement("div"), { className: "guesses" });
    const more = key(say.more, "tool more-found", () => found.classList.toggle("open"));
    more.hidden = true;
    bar.append(shown, found, more, key("hide", "tool", () => field.blur()));
    const rows = document.createElement("div");
    rows.className = "rows";
    rows.append(...(pads[mode] ? padRows() : mode === "marks" ? markRows() : mode === "stroke" ? strokeRows() : letterRows()));
    const guesses = mode === "pinyin" || mode === "stroke";
    if (!guesses) bar.remove();
    box.replaceChildren(...(guesses ? [bar] : []), rows);
    offer([]);
  }

  // A touch on the keyboard leaves the focus where it is.
  box.addEventListener("pointerdown", (e) => e.preventDefault());
  box.addEventListener("mousedown", (e) => e.preventDefault());
  return { attach };
}
