// Filters and sorts the claims of a page, and sorts tables. Without it they all stand there, in the paper's order.
(() => {
  const form = document.getElementById("_filter");
  if (!form) return;
  const sections = [...document.querySelectorAll("section.claim")];
  const homes = sections.map(section => section.parentNode.insertBefore(document.createComment(""), section));
  const byId = new Map(sections.map(section => [section.querySelector("h3").id, section]));
  const choices = [...form.querySelectorAll("select")].filter(choice => choice.name !== "order"); // each named like a mark of the claims
  const orderOf = [...form.verdict.options].map(option => option.value);
  const by = {
    off: (a, b) => b.dataset.off - a.dataset.off,
    verdict: (a, b) => orderOf.indexOf(a.dataset.verdict) - orderOf.indexOf(b.dataset.verdict),
  };

  // What follows the form, cut at its headings: a group is a table of the paper with its claims, or the claims of the text.
  const groups = [];
  for (let at = form.nextElementSibling; at; at = at.nextElementSibling) {
    if (at.matches("script, link")) continue;
    if (at.matches("h2") || !groups.length) groups.push([]);
    groups.at(-1).push(at);
  }
  const flat = document.createElement("div");
  form.after(flat);

  const apply = () => {
    const wanted = section => choices.every(({ name, value }) => !value || section.dataset[name] === value);
    const all = sections.every(wanted), order = by[form.order.value];
    for (const [i, section] of sections.entries()) {
      section.hidden = !wanted(section);
      if (section.parentNode === flat || order) homes[i].after(section);
    }
    if (order) flat.append(...sections.toSorted(order)); // which keeps the paper's order among equals
    for (const fold of document.querySelectorAll("details.fold:has(> section.claim), details.fold[data-emptied]")) {
      const shown = fold.querySelectorAll(":scope > section.claim:not([hidden])").length;
      fold.hidden = !shown;
      fold.toggleAttribute("data-emptied", !shown);
      if (!all && shown) fold.open = true;
    }
    for (const cell of document.querySelectorAll(".numbers td:has(> a[href^='#'])")) {
      const section = byId.get(cell.firstElementChild.hash.slice(1));
      cell.classList.toggle("out", Boolean(section?.hidden));
    }
    for (const group of groups) {
      const empty = !group.some(part => part.matches("section.claim:not([hidden])") || part.querySelector("section.claim:not([hidden])"));
      for (const part of group) if (!part.matches("section.claim, details.fold")) part.hidden = empty;
    }
    form.querySelector("output").textContent =
      `${sections.filter(section => !section.hidden).length} of ${sections.length} claims shown`;
  };

  form.addEventListener("change", apply);
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply)); // the choices go back only after this event
  // A link to a claim that is filtered away brings everything back.
  const follow = () => {
    const section = location.hash && byId.get(decodeURIComponent(location.hash.slice(1)));
    if (!section?.hidden) return;
    form.reset();
    setTimeout(() => section.scrollIntoView());
  };
  addEventListener("hashchange", follow);
  form.hidden = false;
  apply();
})();

// Each head of a table of numbers becomes a button that sorts its rows; a third press gives the paper's order back.
(() => {
  const number = cell => {
    const text = cell.querySelector("a") ?? cell; // of a claim what is printed, not what was measured
    const found = !cell.querySelector(".nothing") && text.textContent.replaceAll(",", "").match(/-?\d+(\.\d+)?/);
    return found ? Number(found[0]) : NaN;
  };
  const compare = (a, b) => (isNaN(a) - isNaN(b)) || a - b; // what is no number goes last
  for (const table of document.querySelectorAll(".numbers table, .sortable table")) {
    const rows = [...table.tBodies[0].rows], heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.append(...head.childNodes);
      button.type = "button";
      head.append(button);
      button.addEventListener("click", () => {
        const next = { ascending: "descending", descending: "" }[head.getAttribute("aria-sort")] ?? "ascending";
        heads.forEach(one => one.removeAttribute("aria-sort"));
        if (next) head.setAttribute("aria-sort", next);
        const turn = next === "descending" ? -1 : 1;
        const sorted = !next ? rows : rows.toSorted(column
          ? (a, b) => { const [x, y] = [number(a.cells[column]), number(b.cells[column])]; return isNaN(x) || isNaN(y) ? compare(x, y) : turn * compare(x, y); }
          : (a, b) => turn * a.cells[0].textContent.localeCompare(b.cells[0].textContent, "en", { numeric: true }));
        table.tBodies[0].append(...sorted);
      });
    });
  }
})();
