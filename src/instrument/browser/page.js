// Runs in a world of its own in every frame, where the page's scripts cannot reach it. It numbers the elements that a
// tester may act on, writes the page down as a tree of what a person sees, and says where an element can be hit.
(() => {
  if (globalThis.__flightdeck) return;
  const elements = new Map();
  const numbers = new WeakMap();
  let changed = performance.now();
  const watcher = new MutationObserver(() => { changed = performance.now(); });
  const watched = { subtree: true, childList: true, attributes: true, characterData: true };
  watcher.observe(document, watched);

  const HUGE = 20000;
  const CONTROLS = new Set(('button link textbox searchbox combobox listbox checkbox radio switch slider spinbutton tab ' +
    'menuitem menuitemcheckbox menuitemradio option treeitem').split(' '));
  const NAMED_BY_TEXT = new Set([...CONTROLS, 'heading', 'cell', 'gridcell', 'columnheader', 'rowheader', 'tooltip', 'caption']);
  const SKIPPED = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'NOSCRIPT', 'HEAD', 'META', 'LINK', 'OPTION', 'OPTGROUP', 'DATALIST']);
  const SET_BY_VALUE = new Set(['date', 'time', 'datetime-local', 'month', 'week', 'color', 'range']);
  const NO_TEXT = new Set(['checkbox', 'radio', 'file', 'button', 'submit', 'reset', 'image', 'hidden']);

  const clip = (text, most) => {
    const flat = String(text ?? '').slice(0, most * 20).replace(/\s+/g, ' ').trim();
    return flat.length > most ? flat.slice(0, most) + '…' : flat;
  };
  const quoted = (text, most = 300) => JSON.stringify(clip(text, most));

  function fallbackRole(el) {
    const tag = el.tagName;
    if (tag === 'A') return el.hasAttribute('href') ? 'link' : '';
    if (tag === 'BUTTON' || tag === 'SUMMARY') return 'button';
    if (tag === 'SELECT') return el.multiple ? 'listbox' : 'combobox';
    if (tag === 'TEXTAREA') return 'textbox';
    if (/^H[1-6]$/.test(tag)) return 'heading';
    if (tag === 'IMG') return el.alt === '' ? '' : 'img';
    if (tag === 'IFRAME' || tag === 'FRAME') return 'iframe';
    if (tag === 'CANVAS' || tag === 'VIDEO' || tag === 'AUDIO') return tag.toLowerCase();
    if (tag === 'DIALOG') return 'dialog';
    if (tag !== 'INPUT') return el.isContentEditable && !el.parentElement?.isContentEditable ? 'textbox' : '';
    const kinds = { checkbox: 'checkbox', radio: 'radio', range: 'slider', number: 'spinbutton', search: 'searchbox',
      button: 'button', submit: 'button', reset: 'button', image: 'button', file: 'file' };
    return kinds[el.type] ?? 'textbox';
  }

  // The browser's own words for roles and names, unless the page is so large that asking for them would take minutes.
  let huge = false;
  function roleOf(el) {
    const tag = el.tagName;
    if (tag === 'IFRAME' || tag === 'FRAME' || tag === 'CANVAS' || (tag === 'INPUT' && el.type === 'file')) return fallbackRole(el);
    const told = huge ? el.getAttribute('role') : el.computedRole;
    if (told && !['generic', 'none', 'presentation', 'image'].includes(told)) return told === 'Date' ? 'textbox' : told;
    return told === 'image' ? 'img' : fallbackRole(el);
  }
  function nameOf(el) {
    const told = huge ? '' : el.computedName;
    if (told) return told;
    const label = el.getAttribute('aria-label') || el.labels?.[0]?.innerText || el.alt || el.title;
    return label || (NAMED_BY_TEXT.has(roleOf(el)) ? el.innerText : '') || el.placeholder || '';
  }

  const parentOf = node => node.assignedSlot || node.parentNode || node.host;
  function isVisible(el) {
    if (el.checkVisibility({ visibilityProperty: true })) return true;
    return el.isConnected && getComputedStyle(el).display === 'contents';
  }
  // Left or above of where a page can be scrolled to, or cut off on its right: nobody can bring it into view.
  function isOutOfReach(el) {
    const box = el.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) return false;
    const root = document.scrollingElement || document.documentElement;
    if (box.right + root.scrollLeft <= 0 || box.bottom + root.scrollTop <= 0) return true;
    return box.left + root.scrollLeft >= Math.max(root.scrollWidth, innerWidth);
  }
  function isClipped(el) {
    const box = el.getBoundingClientRect();
    let up = el.parentElement;
    for (let steps = 0; up && steps < 40; steps += 1, up = up.parentElement) {
      const style = getComputedStyle(up), frame = up.getBoundingClientRect();
      const hides = way => way === 'hidden' || way === 'clip';
      if (hides(style.overflowX) && (box.left >= frame.right || box.right <= frame.left)) return true;
      if (hides(style.overflowY) && (box.top >= frame.bottom || box.bottom <= frame.top) && up !== document.body) return true;
    }
    return false;
  }

  function number(el, state) {
    let own = numbers.get(el);
    if (!own) {
      own = state.next++;
      numbers.set(el, own);
      elements.set(own, new WeakRef(el));
    }
    return own;
  }

  function facts(el, role) {
    const said = [], tag = el.tagName, type = tag === 'INPUT' ? el.type : '';
    if (role === 'heading') said.push('level=' + (el.getAttribute('aria-level') || tag.slice(1)));
    if (role === 'link' && el.getAttribute('href')) said.push('to=' + clip(el.getAttribute('href'), 100));
    if (type === 'checkbox' || type === 'radio') said.push(el.indeterminate ? 'mixed' : el.checked ? 'checked' : 'unchecked');
    else if (type === 'file') said.push('files=' + quoted([...el.files].map(file => file.name).join(', ')));
    else if (type === 'password') said.push('value=' + quoted('•'.repeat(Math.min(el.value.length, 40))));
    else if (tag === 'TEXTAREA' || (tag === 'INPUT' && !['button', 'submit', 'reset', 'image'].includes(type))) {
      said.push('value=' + quoted(el.value));
      if (!el.value && el.placeholder) said.push('placeholder=' + quoted(el.placeholder, 80));
    } else if (tag === 'SELECT') {
      said.push('value=' + quoted([...el.selectedOptions].map(option => option.label).join(', ')));
      const labels = [...el.options].slice(0, 20).map(option => clip(option.label, 40) + (option.disabled ? ' (disabled)' : ''));
      said.push('options=' + quoted(labels.join(' | ') + (el.options.length > 20 ? ` | … ${el.options.length} in all` : ''), 900));
    }
    for (const word of ['checked', 'expanded', 'selected', 'pressed', 'current', 'sort', 'valuenow']) {
      const value = el.getAttribute('aria-' + word);
      if (value && value !== 'false') said.push(value === 'true' ? word : `${word}=${clip(value, 40)}`);
      else if (value === 'false' && word === 'expanded') said.push('collapsed');
    }
    if (tag === 'SUMMARY') said.push(el.parentElement?.open ? 'expanded' : 'collapsed');
    if (el.matches(':disabled')) said.push('disabled');
    else if (el.getAttribute('aria-disabled') === 'true') said.push('disabled');
    if (el.required || el.getAttribute('aria-required') === 'true') said.push('required');
    if (el.readOnly && tag !== 'BUTTON') said.push('readonly');
    if (el.getAttribute('aria-invalid') === 'true' || el.matches(':user-invalid')) {
      said.push('invalid' + (el.validationMessage ? '=' + quoted(el.validationMessage, 120) : ''));
    }
    if (el.isContentEditable && role === 'textbox') said.push('value=' + quoted(el.innerText));
    if (tag === 'CANVAS') said.push(`${el.width}x${el.height}`);
    return said;
  }

  function childrenOf(el) {
    if (el.tagName === 'DETAILS' && !el.open) return [...el.children].filter(child => child.tagName === 'SUMMARY').slice(0, 1);
    if (el.shadowRoot) { watcher.observe(el.shadowRoot, watched); return el.shadowRoot.childNodes; }
    if (el.tagName === 'SLOT') { const given = el.assignedNodes({ flatten: true }); if (given.length) return given; }
    return el.childNodes;
  }

  function flush(state, depth) {
    const words = clip(state.words, 300);
    state.words = '';
    if (words) state.lines.push({ depth, text: 'text ' + JSON.stringify(words), frame: null });
  }

  // Words inside of an element that is named by its text are told by its name already.
  function walk(el, depth, isNamed, state) {
    for (const child of childrenOf(el)) {
      if (state.lines.length >= state.most || ++state.visited > HUGE) { state.cut = true; return; }
      if (child.nodeType === Node.TEXT_NODE) {
        if (!isNamed && state.words.length < 2000) state.words += child.data;
      } else if (child.nodeType === Node.ELEMENT_NODE && !SKIPPED.has(child.tagName)) {
        visit(child, depth, isNamed, state);
      }
    }
  }

  function visit(el, depth, isNamed, state) {
    if (el.tagName === 'BR') { state.words += ' '; return; }
    if (!isVisible(el) || isOutOfReach(el)) return;
    const role = roleOf(el), style = getComputedStyle(el);
    const pointed = style.cursor === 'pointer' && el.parentElement && getComputedStyle(el.parentElement).cursor !== 'pointer';
    const acts = CONTROLS.has(role) || role === 'iframe' || role === 'canvas' || role === 'file' || el.tabIndex >= 0 || pointed;
    // The words of a label are the name of what it labels.
    const isLabel = el.tagName === 'LABEL' && el.control && isVisible(el.control);
    if (!role && !acts || role === 'LineBreak' || isLabel) {
      const apart = !style.display.startsWith('inline') && style.display !== 'contents';
      if (apart) flush(state, depth);
      walk(el, depth, isNamed || Boolean(isLabel), state);
      if (apart) flush(state, depth);
      return;
    }
    flush(state, depth);
    const name = role === 'row' || role === 'listitem' || role === 'paragraph' ? '' : nameOf(el);
    const line = { depth, text: role || 'element', frame: null };
    if (name) line.text += ' ' + quoted(name);
    for (const fact of facts(el, role)) line.text += ' ' + fact;
    if (acts) {
      if (isClipped(el)) line.text += ' (cut off: a box around it hides it)';
      const own = number(el, state);
      line.text += ` [e${own}]`;
      if (role === 'iframe') line.frame = own;
    }
    const at = state.lines.push(line);
    if (el.tagName === 'SELECT' || el.tagName === 'TEXTAREA' || role === 'iframe' || el.isContentEditable) return;
    walk(el, depth + 1, isNamed || Boolean(name && NAMED_BY_TEXT.has(role)), state);
    flush(state, depth + 1);
    const only = state.lines[at];
    if (!name && !acts && state.lines.length === at + 1 && only.text.startsWith('text ')) {
      line.text += only.text.slice(4);
      state.lines.pop();
    }
  }

  function focus(root = document) {
    const active = root.activeElement;
    if (!active || active === document.body || active === document.documentElement) return '';
    return (active.shadowRoot && focus(active.shadowRoot)) || label(active);
  }
  function label(el) {
    return clip(`${roleOf(el) || el.tagName.toLowerCase()} ${quoted(nameOf(el), 60)}`, 100);
  }

  function read(next, most) {
    huge = document.getElementsByTagName('*').length > HUGE;
    const state = { next, most, lines: [], words: '', visited: 0, cut: false };
    if (document.body) { walk(document.body, 0, false, state); flush(state, 0); }
    const root = document.scrollingElement || document.documentElement;
    return {
      lines: state.lines, next: state.next, cut: state.cut, title: clip(document.title, 200), url: location.href,
      size: [innerWidth, innerHeight], page: [root?.scrollWidth ?? 0, root?.scrollHeight ?? 0],
      focus: focus(), scrolled: [Math.round(scrollX), Math.round(scrollY)],
    };
  }

  function deepest(x, y) {
    let at = document.elementFromPoint(x, y);
    while (at?.shadowRoot) {
      const inner = at.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === at) break;
      at = inner;
    }
    return at;
  }
  function belongs(at, el) {
    for (let node = at; node; node = parentOf(node)) {
      if (node === el || (node.tagName === 'LABEL' && node.control === el)) return true;
    }
    return false;
  }
  function described(el) {
    if (!el) return 'nothing';
    const mark = el.id ? `#${el.id}` : el.classList?.length ? '.' + [...el.classList].slice(0, 3).join('.') : '';
    const words = clip(el.innerText, 60);
    return `<${el.tagName.toLowerCase()}${mark}>` + (words ? ` ${JSON.stringify(words)}` : '');
  }

  // Where the middle of an element, or another part of it that nothing covers, is in this frame.
  // What a box cuts off can be scrolled to by a script, and by no user.
  function reach(el) {
    return isClipped(el) ? { problem: 'it is cut off: a box around it hides it, and no user can bring it into view' } : {};
  }
  function aim(el) {
    if (!el.isConnected) return { problem: 'it is no longer on the page' };
    const boxes = [...el.getClientRects()].filter(box => box.width > 0 && box.height > 0);
    if (!isVisible(el) || boxes.length === 0) return { problem: 'it is not visible' };
    if (el.matches(':disabled')) return { problem: 'it is disabled' };
    const box = boxes[0];
    const left = Math.max(box.left, 0), top = Math.max(box.top, 0);
    const right = Math.min(box.right, innerWidth), bottom = Math.min(box.bottom, innerHeight);
    if (right - left < 1 || bottom - top < 1) return { problem: 'it cannot be scrolled into view' };
    let cover = null;
    for (const [across, down] of [[.5, .5], [.25, .5], [.75, .5], [.5, .25], [.5, .75]]) {
      const x = left + (right - left) * across, y = top + (bottom - top) * down;
      const at = deepest(x, y);
      if (belongs(at, el)) return { x, y, left: box.left, top: box.top };
      cover ??= at;
    }
    if (cover?.contains(el)) return { problem: `a click goes through it to ${described(cover)}` };
    return { problem: `it is covered by ${described(cover)}` };
  }

  function edit(el) {
    if (el.tagName === 'INPUT' && NO_TEXT.has(el.type)) return { problem: `it is of the type ${el.type} and takes no text` };
    if (el.tagName === 'SELECT') return { problem: 'it is a list to choose from: use `select`' };
    if (el.readOnly) return { problem: 'it is read-only' };
    if (el.tagName === 'INPUT' && SET_BY_VALUE.has(el.type)) return { by: 'value' };
    if (el.tagName === 'INPUT' || el.tagName === 'TEXTAREA') { el.focus(); el.select(); return { by: 'keys' }; }
    if (!el.isContentEditable) return { problem: 'it takes no text' };
    el.focus();
    getSelection().selectAllChildren(el);
    return { by: 'keys' };
  }
  const told = el => ['input', 'change'].forEach(word => el.dispatchEvent(new Event(word, { bubbles: true, composed: true })));
  function setValue(el, value) {
    el.focus();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(el, value);
    const taken = el.value;
    told(el);
    const forms = { date: '2026-11-26', time: '14:30', 'datetime-local': '2026-11-26T14:30', month: '2026-11', week: '2026-W48', color: '#1a2b3c' };
    if (taken !== value && el.type in forms) return { problem: `${JSON.stringify(value)} is no value of the type ${el.type}, which is written as ${forms[el.type]}` };
    return {};
  }
  function choose(el, wanted) {
    if (el.tagName !== 'SELECT') return { problem: 'it is no list of options: click it, then the option' };
    if (el.matches(':disabled')) return { problem: 'it is disabled' };
    const all = [...el.options];
    const found = wanted.map(word => all.find(option => option.label.trim() === word.trim()) ?? all.find(option => option.value === word));
    const missing = wanted.filter((_, index) => !found[index]);
    if (missing.length) return { problem: `it has no option ${JSON.stringify(missing[0])}; the options are ${clip(all.map(option => option.label).join(' | '), 600)}` };
    const dead = found.find(option => option.disabled || option.parentElement.disabled);
    if (dead) return { problem: `the option ${JSON.stringify(dead.label)} is disabled` };
    if (!el.multiple && found.length > 1) return { problem: 'only one of its options can be chosen' };
    el.focus();
    all.forEach(option => { option.selected = found.includes(option); });
    told(el);
    return {};
  }
  function held(el) { return el.value ?? el.innerText ?? ''; }

  function wordsOf(root, budget) {
    let text = root.body ? root.body.innerText : [...root.children].map(child => child.innerText ?? '').join('\n');
    for (const el of root.querySelectorAll('*')) {
      if (--budget.left < 0) break;
      if (el.shadowRoot) text += '\n' + wordsOf(el.shadowRoot, budget);
      else if ((el.tagName === 'INPUT' || el.tagName === 'TEXTAREA') && el.type !== 'password' && el.value && isVisible(el)) text += '\n' + el.value;
    }
    return text;
  }
  function has(wanted) {
    const flat = text => text.replace(/\s+/g, ' ');
    return flat(wordsOf(document, { left: HUGE })).includes(flat(wanted));
  }

  globalThis.__flightdeck = {
    read, reach, aim, edit, setValue, choose, held, has, label,
    get: own => elements.get(own)?.deref() ?? null,
    connected: el => el.isConnected,
    // Where the content of an element begins in its frame, as the browser counts it for the whole window.
    corner: el => {
      const box = el.getClientRects()[0] ?? { left: 0, top: 0 }, style = getComputedStyle(el);
      const inner = way => (parseFloat(style[`border${way}Width`]) || 0) + (parseFloat(style[`padding${way}`]) || 0);
      return { left: box.left + inner('Left'), top: box.top + inner('Top') };
    },
    focus: el => { el.focus(); return el.getRootNode().activeElement === el; },
    quiet: () => ({ quiet: performance.now() - changed, ready: document.readyState === 'complete' }),
  };
})();
