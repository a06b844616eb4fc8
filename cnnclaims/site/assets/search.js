// The search: a dialog that asks for the index when it is first opened. Works from disk as from a server.
(() => {
  const root = new URL("..", document.currentScript.src);
  const bar = document.querySelector(".md-header__inner");
  if (!bar || !window.HTMLDialogElement) return;
  const make = (tag, given = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), given);
    made.append(...inside);
    return made;
  };
  const MOST = 40;

  const button = make("button", { type: "button", className: "finder-open" }, "Search");
  button.setAttribute("aria-keyshortcuts", "/ Control+K");
  button.append(make("kbd", { textContent: "/", ariaHidden: "true" }));
  const input = make("input", { type: "search", id: "_find", autocomplete: "off", spellcheck: false });
  const label = make("label", { htmlFor: "_find", textContent: "Search for a number, a paper, an idea, a network" });
  const close = make("button", { type: "button", textContent: "Close" });
  const status = make("p", { role: "status" });
  const list = make("ol");
  const dialog = make("dialog", { className: "finder", ariaLabel: "Search" },
    make("div", { className: "finder-head" }, label, input, close), status, list);
  bar.append(button);
  document.body.append(dialog);

  // Words and numbers, lower case, without accents: "15,300 million, MobileNet-V1" is 15300 m mobilenet v 1.
  const SHORT = { thousand: "k", million: "m", billion: "g", params: "parameters", param: "parameters", mult: "multiply" };
  const words = text =>
    (text.toLowerCase().replaceAll("×", "x").normalize("NFKD").replace(/\p{M}/gu, "").match(/\d+(?:[.,]\d+)*|\p{L}+/gu) ?? []).map(word => SHORT[word] ?? word.replaceAll(",", ""));
  const line = text => ` ${words(text).join(" ")} `;

  let entries;
  const prepare = data => {
    const known = data.pages.map(([kind, address, title, text, ...names]) =>
      ({ kind: data.kinds[kind], address, title, text, names: [title, ...names].map(line), head: [title, ...names].join(" | "), bonus: kind ? 3 : 1 }));
    for (const [paper, id, printed, says, verdict] of data.claims)
      known.push({ kind: "claim", address: `papers/${data.papers[paper]}.html#${id}`, title: `${printed}, ${data.papers[paper]}`, head: printed, names: [],
        text: says, verdict: data.verdicts[verdict], bonus: 0 });
    for (const one of known) {
      one.head = line(one.head);
      one.body = line(`${one.title} ${one.text}`);
      one.joined = (one.head + one.body).replaceAll(" ", "");
    }
    return known;
  };
  const load = () => entries ??= new Promise((resolve, reject) => {
    const script = make("script", { src: new URL("search/entries.js", root), onerror: reject });
    script.onload = () => resolve(prepare(cnnclaimsEntries));
    document.head.append(script);
  });

  // How well an entry fits: every word must occur, best as a word of its own in the title; 0 if one does not.
  const score = (one, wanted) => {
    let sum = one.bonus;
    for (const word of wanted) {
      if (one.head.includes(` ${word} `)) sum += 8;
      else if (one.body.includes(` ${word} `)) sum += 4;
      else if (one.head.includes(` ${word}`)) sum += 3;
      else if (one.body.includes(` ${word}`)) sum += 2;
      else if (!/^\d/.test(word) && word.length > 2 && one.joined.includes(word)) sum += 1;
      else return 0;
    }
    const phrase = ` ${wanted.join(" ")}`;
    if (one.names.includes(`${phrase} `)) sum += one.kind === "paper" ? 16 : 15; // it is called just that
    if (wanted.length > 1) sum += one.head.startsWith(phrase) ? 12 : one.head.includes(phrase) ? 9 : one.body.includes(phrase) ? 5 : 0;
    return sum;
  };

  const row = ({ one }) => {
    const link = make("a", { href: new URL(one.address, root) }, make("strong", { textContent: one.title }), " ",
      make("span", { className: "finder-kind", textContent: one.kind }));
    if (one.verdict) link.append(" ", make("span", { className: `verdict is-${one.verdict.replaceAll(" ", "-")}`, textContent: one.verdict }));
    const text = one.text.length > 160 ? `${one.text.slice(0, 160)}…` : one.text;
    link.append(make("small", { textContent: text }));
    return make("li", {}, link);
  };

  const look = async () => {
    const wanted = words(input.value);
    if (!wanted.length) { list.replaceChildren(); status.textContent = ""; return; }
    let known;
    try { known = await load(); } catch { status.textContent = "The index could not be loaded."; return; }
    if (words(input.value).join() !== wanted.join()) return; // typed on meanwhile
    const found = known.map(one => ({ one, fit: score(one, wanted) })).filter(({ fit }) => fit).sort((a, b) => b.fit - a.fit);
    status.textContent = !found.length ? "Nothing found." : `${found.length} found${found.length > MOST ? `, the best ${MOST} shown` : ""}.`;
    list.replaceChildren(...found.slice(0, MOST).map(row));
  };

  const open = () => {
    if (!dialog.open) dialog.showModal();
    input.focus();
    input.select();
    load().catch(() => {});
  };
  const shut = () => {
    dialog.close();
    if (dialog.contains(document.activeElement)) document.activeElement.blur(); // else the next key would still go there
  };
  button.addEventListener("click", open);
  close.addEventListener("click", shut);
  input.addEventListener("input", look);
  list.addEventListener("click", event => event.target.closest("a") && shut()); // the link may lead to this very page
  dialog.addEventListener("click", event => event.target === dialog && shut());
  dialog.addEventListener("keydown", event => {
    event.stopPropagation(); // the theme has keys of its own
    const links = [...list.querySelectorAll("a")], at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? links[at - 1] : input).focus();
    else if (event.key === "Enter" && document.activeElement === input) links[0]?.click();
    else if (event.key === "Escape") shut(); // which a search field would keep for itself
    else return;
    event.preventDefault();
  });
  addEventListener("keydown", event => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const asked = event.key === "/" || event.key === "s" || event.key === "f";
    if ((asked && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) || (event.key === "k" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      open();
    }
  });
})();
