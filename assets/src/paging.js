// Divides the text of a notice into pages by measuring it on the panel it is read on. Nothing is cut and nothing stands
// twice: what is repeated for the reader's sake, as the head of a table, bears data-again.

const segments = new Intl.Segmenter("zh", { granularity: "grapheme" });
const closing = /^[，。、；：！？）》」』】〉”’…—·,.;:!?)\]}%]/u;
const opening = /[（《「『【〈“‘([{]$/u;
const joined = /[\p{L}\p{N}@._/+-]/u;
const han = /\p{Script=Han}/u;

/** paginate fills room with pages of an article and returns them. running makes what heads a page after the first. */
export function paginate(article, room, running) {
  room.replaceChildren();
  const paper = new Paper(room, running);
  for (const block of article.children) {
    if (block.dataset.block === "table") paper.table(block);
    else paper.block(block.cloneNode(true));
  }
  return paper.pages;
}

/** seconds is how long a page takes to read: four and a half characters a second, and time to find the place. */
export function seconds(page) {
  let n = 0;
  for (const text of texts(page)) for (const c of text) if (/\S/u.test(c)) n += han.test(c) || c > "\u2e80" ? 1 : 0.4;
  return Math.min(90, Math.max(8, 4 + n / 4.5));
}

/** texts gives the texts of a page that are the notice's own. */
function texts(page) {
  const walk = document.createTreeWalker(page, NodeFilter.SHOW_TEXT, (n) =>
    n.parentElement.closest("[data-again]") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const out = [];
  while (walk.nextNode()) out.push(walk.currentNode.data);
  return out;
}

class Paper {
  constructor(room, running) {
    this.room = room;
    this.running = running;
    this.pages = [];
    this.open();
  }

  open() {
    const page = document.createElement("div");
    page.className = "page";
    this.room.append(page);
    this.pages.push(page);
    this.page = page;
    this.head = 0; // children that only repeat
    if (this.pages.length > 1 && this.running) {
      page.append(this.running());
      this.head = 1;
      if (page.firstChild.offsetHeight * 4 > page.clientHeight) {
        page.firstChild.remove(); // a title so long that it would leave no room
        this.head = 0;
      }
    }
  }

  get full() {
    return this.page.scrollHeight > this.page.clientHeight + 1;
  }

  get empty() {
    return this.page.children.length <= this.head;
  }

  /** turn opens a page, and takes along a heading that would be left alone at the foot of the one before. */
  turn() {
    const left = [];
    for (let e = this.page.lastElementChild; e && e.dataset.block === "heading" && !e.dataset.rest; e = e.previousElementSibling) left.unshift(e);
    const along = left.length > 0 && left.length < this.page.children.length - this.head;
    this.open();
    if (along) this.page.append(...left);
  }

  /** fits puts an element on the page, or leaves the page as it was. */
  fits(element, parent = this.page) {
    parent.append(element);
    if (!this.full) return true;
    element.remove();
    return false;
  }

  /** block puts a text on this page and those after it. */
  block(element) {
    while (!this.fits(element)) {
      if ("whole" in element.dataset) {
        if (!this.empty) this.turn();
        if (!this.fits(element)) [...element.children].forEach((e) => this.block(e));
        return;
      }
      const rest = this.split(element);
      if (rest) {
        this.open();
        element = rest;
      } else this.turn();
    }
  }

  /** split puts as much of a text on the page as there is room for, and returns the rest; nothing if none fits. */
  split(element) {
    const text = element.lastChild?.data ?? "";
    const letters = Array.from(segments.segment(text), (s) => s.segment);
    const part = element.cloneNode(true);
    const alone = this.empty;
    this.page.append(part);
    let [low, high] = [0, letters.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      part.lastChild.data = letters.slice(0, middle).join("");
      if (this.full) high = middle - 1;
      else low = middle;
    }
    let at = retreat(letters, low);
    if (at === 0 && alone) at = Math.max(1, low); // one that fits no page at all is still shown, letter by letter
    if (at === 0) {
      part.remove();
      return null;
    }
    part.lastChild.data = letters.slice(0, at).join("");
    const rest = element.cloneNode(true);
    rest.querySelectorAll("[data-again]").forEach((e) => e.remove());
    rest.lastChild.data = letters.slice(at).join("");
    rest.dataset.rest = "1";
    return rest;
  }

  /** table puts a table on this page and those after it, row by row, its head on each. */
  table(table) {
    const widths = columns(table, this.page);
    const heads = [...table.tHead.rows[0].cells].map((c) => c.textContent);
    if (!widths) {
      this.records(table, heads);
      return;
    }
    let again = false;
    const begin = () => {
      const t = document.createElement("table");
      t.dataset.block = "table";
      const head = table.tHead.cloneNode(true);
      if (again) head.dataset.again = "1";
      [...head.rows[0].cells].forEach((c, i) => (c.style.width = `${widths[i]}%`));
      t.append(head, document.createElement("tbody"));
      if (!this.fits(t)) {
        this.turn();
        this.page.append(t);
      }
      again = true;
      return t;
    };
    let now = begin();
    for (const row of table.tBodies[0].rows) {
      if (this.fits(row.cloneNode(true), now.tBodies[0])) continue;
      const barren = now.tBodies[0].rows.length === 0;
      if (barren && now.tHead.dataset.again) now.remove();
      if (!barren || this.page.children.length > this.head + 1) {
        if (barren && !now.tHead.dataset.again && now.isConnected) {
          now.remove(); // a head without a row beneath it goes along
          again = false;
        }
        this.turn();
        now = begin();
        if (this.fits(row.cloneNode(true), now.tBodies[0])) continue;
      }
      if (now.tBodies[0].rows.length === 0 && now.tHead.dataset.again) now.remove();
      this.record(row, heads);
      now = begin();
    }
    if (now.tBodies[0].rows.length === 0 && now.tHead.dataset.again) now.remove();
  }

  /** records puts a table that is too wide for the panel: each row as a list of its cells under their heads. */
  records(table, heads) {
    const names = document.createElement("p");
    names.className = "heads";
    names.dataset.block = "heading";
    names.append(...heads.map((h) => Object.assign(document.createElement("span"), { textContent: h })));
    if (!this.fits(names)) {
      this.turn();
      if (!this.fits(names)) heads.forEach((h) => this.block(cell("", h)));
    }
    for (const row of table.tBodies[0].rows) this.record(row, heads);
  }

  /** record puts one row, on one page where it fits one. */
  record(row, heads) {
    const box = document.createElement("div");
    box.className = "record";
    box.dataset.block = "record";
    [...row.cells].forEach((c, i) => box.append(cell(heads[i] ?? "", c.textContent)));
    if (this.fits(box)) return;
    if (!this.empty) this.turn();
    if (this.fits(box)) return;
    for (const c of [...box.children]) this.block(c);
  }
}

/** cell is one cell of a record. */
function cell(head, text) {
  const p = document.createElement("p");
  p.className = "cell";
  p.dataset.block = "cell";
  if (head) {
    const b = document.createElement("b");
    b.dataset.again = "1";
    b.textContent = head;
    p.append(b);
  }
  p.append(text);
  return p;
}

/** columns measures a table whole, so that its columns stay in place from page to page; nothing if it is too wide. */
function columns(table, page) {
  const whole = table.cloneNode(true);
  const heads = [...whole.tHead.rows[0].cells];
  const measure = (style) => {
    whole.style.cssText = `position:absolute;visibility:hidden;table-layout:auto;${style}`;
    return heads.map((c) => c.getBoundingClientRect().width);
  };
  page.append(whole);
  const em = parseFloat(getComputedStyle(whole).fontSize);
  let cells = measure("width:max-content");
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  const room = page.clientWidth - sum(cells);
  if (room >= 0) {
    cells = cells.map((w, i) => (i + 1 < cells.length ? w + Math.min(em, room / cells.length) : w)); // the last takes the rest
    cells[cells.length - 1] += page.clientWidth - sum(cells);
  } else cells = measure("width:100%");
  const narrow = cells.some((w) => w < 1.6 * em) || whole.offsetWidth > page.clientWidth + 1;
  const deep = room < 0 && [...whole.tBodies[0].rows].some((r) => r.offsetHeight > 4.6 * em);
  whole.remove();
  return narrow || deep ? null : cells.map((w) => (100 * w) / sum(cells));
}

/** retreat moves a page's end back to where a line may end: no mark begins a page, no word and no number is torn. */
function retreat(letters, at) {
  for (let i = at; i > 0 && at - i < 24; i--) {
    const [before, after] = [letters[i - 1], letters[i] ?? ""];
    const torn = joined.test(before) && joined.test(after) && !han.test(before) && !han.test(after);
    if (!closing.test(after) && !opening.test(before) && !torn) return i;
  }
  return at;
}
