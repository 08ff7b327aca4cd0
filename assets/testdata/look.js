// look reads from a page what LOOK.md asks of it and returns the faults, each as one line. Sizes are in millimetres on
// the glass: want.mm is one, in pixels.
(want) => {
  const faults = [], root = document.documentElement;
  const say = (what, e, detail) => faults.push(`${what}: ${detail} ${e ? e.outerHTML.slice(0, 110) : ''}`);
  const shown = (e) => {
    if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    if (e.closest('.sr, dialog:not([open]), [hidden], .skip:not(:focus)')) return false;
    const r = e.getBoundingClientRect();
    return r.width > 1 && r.height > 1;
  };

  // The page's frame never scrolls sideways, and the terminal's not at all.
  if (root.scrollWidth > innerWidth + 1) say('frame', null, `${root.scrollWidth} px wide on ${innerWidth}`);
  if (want.still && root.scrollHeight > innerHeight + 1) say('frame', null, `${root.scrollHeight} px high on ${innerHeight}`);

  // One main thing to do.
  const main = [...document.querySelectorAll(want.main)].filter(shown);
  if (main.length > 1) say('primary', main[1], `${main.length} main actions`);

  // Whatever can be touched has a name and a size.
  const controls = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')];
  for (const e of controls.filter(shown)) {
    const name = (e.innerText || e.getAttribute('aria-label') || [...(e.labels ?? [])].map((l) => l.innerText).join('') ||
      e.title || document.getElementById(e.getAttribute('aria-labelledby'))?.innerText || '').trim();
    if (!name) say('label', e, 'no name');
    // A box or a link within a larger area that can be touched as a whole is as large as that.
    const area = e.closest('label') ?? e;
    const r = area.getBoundingClientRect();
    const inText = e.matches('a') && getComputedStyle(e).display === 'inline';
    if (!inText && r.height < want.target * want.mm - 0.5 && !e.matches(want.small || 'nothing')) {
      say('target', e, `${(r.height / want.mm).toFixed(1)} mm high, under ${want.target}`);
    }
  }

  // Text can be read: its size, and its contrast with what is behind it.
  const colour = (s) => {
    const n = s.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
    const k = s.startsWith('color(') ? 255 : 1;
    return [n[0] * k, n[1] * k, n[2] * k, n[3] ?? 1];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const ground = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const c = colour(getComputedStyle(at).backgroundColor);
      if (c[3] > 0) layers.push(c);
      if (c[3] === 1) break;
    }
    return layers.reverse().reduce((under, c) => over(c, under), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const e = n.parentElement, text = n.data.trim();
    if (!text || seen.has(e) || e.closest('script, style, svg, option, noscript, .miniature') || !shown(e)) continue;
    seen.add(e);
    const style = getComputedStyle(e), size = parseFloat(style.fontSize);
    if (size < want.text * want.mm - 0.2) say('text', e, `${(size / want.mm).toFixed(1)} mm, under ${want.text}`);
    const back = ground(e), c = ratio(over(colour(style.color), back), back);
    const least = e.closest('a, button, summary, label, .tag, .status') ? 4.5 : 7;
    if (c < least - 0.05) say('contrast', e, `${c.toFixed(2)}:1, under ${least}:1`);
    if (/‹|›|\b(console|case|kiosk|form|desk|web|track)\.[a-z]+\.[a-z]/.test(text)) say('key', e, 'a key is shown');
  }
  return faults;
}
