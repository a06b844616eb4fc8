// The lineage picture: lights up where a work comes from and what came of it, filters, searches, zooms and pans.
// Without this script the picture is whole and every box a link.
(() => {
  const make = (tag, set = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), set);
    made.append(...inside);
    return made;
  };
  const words = text => (text ? text.split(" ") : []);

  const start = box => {
    const svg = box.querySelector("svg");
    if (!svg) return;
    const nodes = new Map([...svg.querySelectorAll(".node")].map(node => [node.dataset.id, node]));
    const lines = [];
    for (const { dataset } of svg.querySelectorAll(".edge.end"))
      lines[dataset.lines] = {
        from: dataset.from, to: dataset.to, said: dataset.said, parts: [],
        relations: words(dataset.relation), ideas: words(dataset.idea), shown: true,
      };
    for (const part of svg.querySelectorAll(".edge"))
      for (const number of words(part.dataset.lines)) lines[number]?.parts.push(part);
    const said = make("p", { className: "map-said" });
    said.setAttribute("aria-live", "polite");
    box.after(said);
    const hint = "Point at a work, or step to it with the Tab key, to see where it comes from and what came of it.";
    box.before(make("p", { className: "map-hint" }, hint));

    // Everything that is reached from a work in one direction, and the lines on the way.
    const reach = (id, from, to) => {
      const seen = new Set([id]), on = new Set(), queue = [id];
      while (queue.length) {
        const at = queue.pop();
        for (const line of lines)
          if (line.shown && line[from] === at) {
            on.add(line);
            if (!seen.has(line[to])) seen.add(line[to]), queue.push(line[to]);
          }
      }
      seen.delete(id);
      return [seen, on];
    };
    const clear = () => {
      svg.classList.remove("lit");
      svg.querySelectorAll(".on-line").forEach(text => text.remove());
      for (const one of svg.querySelectorAll(".on, .up, .down, .centre, .near"))
        one.classList.remove("on", "up", "down", "centre", "near");
    };
    const write = (id, text, above) => {
      const rect = nodes.get(id).querySelector("rect");
      const label = document.createElementNS("http://www.w3.org/2000/svg", "text");
      label.setAttribute("class", "on-line");
      label.setAttribute("x", +rect.getAttribute("x") + rect.getAttribute("width") / 2);
      label.setAttribute("y", +rect.getAttribute("y") + (above ? -5 : +rect.getAttribute("height") + 12));
      label.textContent = text;
      svg.append(label);
    };
    const light = id => {
      clear();
      const [ancestors, up] = reach(id, "to", "from");
      const [descendants, down] = reach(id, "from", "to");
      svg.classList.add("lit");
      nodes.get(id).classList.add("on", "centre");
      for (const other of ancestors) nodes.get(other)?.classList.add("on", "up");
      for (const other of descendants) nodes.get(other)?.classList.add("on", "down");
      for (const [on, mark] of [[down, "down"], [up, "up"]])
        for (const line of on)
          for (const part of line.parts) {
            part.classList.add(mark);
            if (line.from === id || line.to === id) part.classList.add("near");
          }
      for (const line of up) if (line.to === id && line.said) write(line.from, line.said, false);
      for (const line of down) if (line.from === id && line.said) write(line.to, line.said, true);
      const told = (on, side) => [...on].map(line => line[side] + (line.said ? ` (${line.said})` : "")).join(", ");
      const near = [[...up].filter(line => line.to === id), [...down].filter(line => line.from === id)];
      said.replaceChildren(make("strong", {}, nodes.get(id).querySelector("title").textContent),
        near[0].length ? ` takes from ${told(near[0], "from")}.` : " takes from nothing shown here.",
        near[1].length ? ` Taken up by ${told(near[1], "to")}.` : "",
        ` ${ancestors.size} works before it, ${descendants.size} after.`);
    };
    let kept = null; // the work that a link to this page names, or that the keyboard is on
    const settle = () => (kept ? light(kept) : (clear(), (said.textContent = "")));
    for (const [id, node] of nodes) {
      node.addEventListener("pointerenter", () => light(id));
      node.addEventListener("pointerleave", settle);
      node.addEventListener("focus", () => ((kept = id), light(id)));
      node.addEventListener("blur", () => ((kept = null), settle()));
    }
    addEventListener("keydown", event => event.key === "Escape" && ((kept = null), settle()));
    if (box.classList.contains("light")) return;

    const named = () => {
      const id = decodeURIComponent(location.hash).replace("#_map_", "");
      if (!location.hash.startsWith("#_map_") || !nodes.has(id)) return;
      kept = id;
      light(id);
      nodes.get(id).scrollIntoView({ block: "center", inline: "center" });
    };

    // Filters.
    const relations = [...new Set(lines.flatMap(line => line.relations))].sort();
    const boxes = relations.map(relation => make("input", { type: "checkbox", checked: true, value: relation }));
    const ideas = new Map();
    for (const line of lines) {
      const names = line.said.split(", ");
      line.ideas.forEach((idea, number) => ideas.set(idea, line.ideas.length === names.length ? names[number] : idea));
    }
    const option = (value, text) => make("option", { value }, text);
    const byName = [...ideas].sort((a, b) => a[1].localeCompare(b[1]));
    const idea = make("select", {}, option("", "every idea"), ...byName.map(([id, name]) => option(id, name)));
    const years = [...new Set([...nodes.values()].map(node => node.dataset.year))].sort();
    const first = make("select", {}, ...years.map(year => option(year, year)));
    const last = make("select", {}, ...years.map(year => option(year, year)));
    last.value = years.at(-1);
    const find = make("input", { type: "search", placeholder: "resnet, squeeze…" });
    const titles = new Map([...nodes].map(([id, node]) => [id, `${id} ${node.querySelector("title").textContent}`.toLowerCase()]));
    const listed = [...document.querySelectorAll(".lineage-years li")];

    // The picture ends above the first and below the last work that is left.
    const [, , wide, high] = svg.getAttribute("viewBox").split(" ");
    const crop = () => {
      const tops = [...nodes.values()].filter(node => !node.classList.contains("gone"))
        .map(node => +node.querySelector("rect").getAttribute("y"));
      const top = tops.length ? Math.max(0, Math.min(...tops) - 40) : 0;
      const end = tops.length ? Math.min(high, Math.max(...tops) + 80) : high;
      svg.setAttribute("viewBox", `0 ${top} ${wide} ${end - top}`);
      svg.setAttribute("height", end - top); // the shape of the box comes from here
    };
    const filter = () => {
      kept = null;
      clear();
      const wanted = new Set(boxes.filter(one => one.checked).map(one => one.value));
      const inside = id => nodes.get(id).dataset.year >= first.value && nodes.get(id).dataset.year <= last.value;
      const touched = new Set();
      for (const line of lines) {
        line.shown = line.relations.some(one => wanted.has(one)) && inside(line.from) && inside(line.to)
          && (!idea.value || line.ideas.includes(idea.value));
        if (line.shown) touched.add(line.from).add(line.to);
      }
      for (const part of svg.querySelectorAll(".edge"))
        part.classList.toggle("gone", !words(part.dataset.lines).some(number => lines[number]?.shown));
      const typed = find.value.trim().toLowerCase();
      const narrowed = wanted.size < boxes.length || idea.value;
      let works = 0, hits = 0;
      for (const [id, node] of nodes) {
        const gone = !inside(id) || (narrowed && !touched.has(id));
        const hit = Boolean(typed) && !gone && titles.get(id).includes(typed);
        node.classList.toggle("gone", gone);
        node.classList.toggle("hit", hit);
        if (!gone) works += 1;
        if (hit) hits += 1, node.classList.add("on");
      }
      svg.classList.toggle("lit", hits > 0);
      for (const item of listed)
        item.hidden = item.dataset.year < first.value || item.dataset.year > last.value
          || (Boolean(typed) && !item.textContent.toLowerCase().includes(typed));
      for (const part of document.querySelectorAll(".year-list")) part.hidden = !part.querySelector("li:not([hidden])");
      crop();
      const count = lines.filter(line => line.shown).length;
      const many = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
      said.textContent = `${many(works, "work")} and ${many(count, "line")} shown.` + (typed ? ` ${hits} found.` : "");
    };
    find.addEventListener("keydown", event => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      svg.querySelector(".node.hit")?.focus();
    });
    find.addEventListener("input", filter);
    for (const one of [...boxes, idea, first, last]) one.addEventListener("change", filter);

    // Zoom by the width of the drawing; the box scrolls, so arrows, wheel and fingers pan it as they do everywhere.
    let scale = 1;
    const zoom = to => {
      const middle = [(box.scrollLeft + box.clientWidth / 2) / box.scrollWidth, (box.scrollTop + box.clientHeight / 2) / box.scrollHeight];
      scale = Math.min(3, Math.max(0.5, to));
      box.classList.toggle("zoomed", scale !== 1);
      svg.style.width = "";
      if (scale !== 1) svg.style.width = `${Math.round(svg.getBoundingClientRect().width * scale)}px`;
      box.scrollLeft = middle[0] * box.scrollWidth - box.clientWidth / 2;
      box.scrollTop = middle[1] * box.scrollHeight - box.clientHeight / 2;
    };
    const button = (text, label, act) => {
      const made = make("button", { type: "button" }, text);
      made.setAttribute("aria-label", label);
      made.addEventListener("click", act);
      return made;
    };
    const whole = () => {
      for (const one of boxes) one.checked = true;
      idea.value = find.value = "";
      first.value = years[0];
      last.value = years.at(-1);
      filter();
      zoom(1);
      settle();
    };
    box.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const to = { "+": scale * 1.25, "=": scale * 1.25, "-": scale / 1.25, 0: 1 }[event.key];
      if (to) event.preventDefault(), zoom(to);
    });
    let held = null;
    box.addEventListener("pointerdown", event => {
      if (event.pointerType === "mouse" && event.button === 0 && !event.target.closest(".node"))
        held = [event.clientX + box.scrollLeft, event.clientY + box.scrollTop];
    });
    addEventListener("pointermove", event => {
      if (!held) return;
      box.classList.add("grabbing");
      box.scrollTo(held[0] - event.clientX, held[1] - event.clientY);
    });
    addEventListener("pointerup", () => ((held = null), box.classList.remove("grabbing")));

    const field = (text, inside) => make("label", { className: "field" }, text, inside);
    const controls = make("div", { className: "map-controls" },
      field("Find", find), field("Idea", idea), field("From", first), field("To", last),
      make("fieldset", {}, make("legend", {}, "View"),
        button("+", "Zoom in", () => zoom(scale * 1.25)), button("−", "Zoom out", () => zoom(scale / 1.25)),
        button("All", "All: show everything again", whole)),
      make("fieldset", {}, make("legend", {}, "Relations"),
        ...boxes.map(one => make("label", {}, one, one.value.replaceAll("-", " ")))));
    box.before(controls);
    const asked = new URLSearchParams(location.search).get("idea"); // as pages of ideas link here
    if (ideas.has(asked)) (idea.value = asked), filter();
    addEventListener("hashchange", named);
    named();
  };
  document.querySelectorAll(".lineage").forEach(start);
})();
