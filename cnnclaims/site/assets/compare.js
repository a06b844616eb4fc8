// Picks networks from the table of all, shows them side by side and draws them. What is chosen stands in the address.
(() => {
  const { quantities, start, calls } = JSON.parse(document.getElementById("_networks").textContent);
  const tools = document.getElementById("_compare"), every = document.getElementById("_every");
  const [axes, search] = tools.querySelectorAll("form");
  const rows = [...every.querySelectorAll("tbody tr")];
  const names = calls.map(call => call[0]);
  const value = (row, name) => calls[row][1 + quantities.indexOf(name)];
  let chosen = [];

  // -- the address: #n=resnet50()&n=vgg16()&x=macs&y=top1
  const read = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    const asked = given.has("n") || given.has("x") ? given.getAll("n") : start;
    chosen = asked.map(name => names.indexOf(name)).filter(row => row >= 0);
    axes.x.value = quantities.includes(given.get("x")) ? given.get("x") : "macs";
    axes.y.value = quantities.includes(given.get("y")) ? given.get("y") : "top1";
    for (const [row, box] of boxes.entries()) box.checked = chosen.includes(row);
    show();
  };
  const write = () => {
    const state = new URLSearchParams([...chosen.map(row => ["n", names[row]]), ["x", axes.x.value], ["y", axes.y.value]]);
    history.replaceState(null, "", `#${state}`);
    show();
  };

  // -- choosing
  const boxes = rows.map((tr, row) => {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", `Compare ${names[row]}`);
    box.addEventListener("change", () => {
      chosen = box.checked ? [...chosen, row] : chosen.filter(other => other !== row);
      write();
    });
    tr.firstElementChild.prepend(box, " ");
    return box;
  });
  axes.addEventListener("change", write);
  axes.none.addEventListener("click", () => {
    chosen = [];
    for (const box of boxes) box.checked = false;
    write();
  });
  search.addEventListener("submit", event => event.preventDefault());
  axes.addEventListener("submit", event => event.preventDefault());
  search.find.addEventListener("input", () => {
    const words = search.find.value.toLowerCase().split(/[\s,]+/);
    for (const [row, tr] of rows.entries()) tr.hidden = !words.every(word => names[row].toLowerCase().includes(word));
  });

  // -- showing
  const show = () => {
    const table = every.querySelector("table").cloneNode(false);
    table.append(every.querySelector("thead").cloneNode(true), document.createElement("tbody"));
    for (const row of chosen) {
      const copy = rows[row].cloneNode(true);
      copy.hidden = false;
      const box = copy.querySelector("input");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "×";
      button.setAttribute("aria-label", `Leave out ${names[row]}`);
      button.addEventListener("click", () => { boxes[row].click(); tools.querySelector("#_chosen button")?.focus(); });
      box.replaceWith(button);
      table.tBodies[0].append(copy);
    }
    const scroll = document.createElement("div");
    scroll.className = "scroll compared chosen";
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Chosen networks");
    scroll.tabIndex = 0;
    scroll.append(table);
    document.getElementById("_chosen").replaceChildren(...(chosen.length ? [scroll] : []));
    draw();
  };

  // -- drawing
  const LEFT = 52, RIGHT = 12, TOP = 22, BOTTOM = 42, LETTER = 6.2;
  const short = n => {
    for (const [scale, letter] of [[1e9, " G"], [1e6, " M"], [1e3, " K"]])
      if (Math.abs(n) >= scale) return `${Number((n / scale).toPrecision(3))}${letter}`;
    return `${Number(n.toPrecision(4))}`;
  };
  const axis = (numbers, from, to, byLog) => {
    const low = Math.min(...numbers), high = Math.max(...numbers);
    if (byLog && low > 0 && high / low > 10) {
      const a = Math.log10(low) - 0.1, b = Math.log10(high) + 0.1, ticks = [];
      for (let power = Math.floor(a); power <= b; power++)
        for (const m of b - a > 2.5 ? [1] : [1, 2, 5]) if (Math.log10(m) + power >= a && Math.log10(m) + power <= b) ticks.push(m * 10 ** power);
      return { at: n => from + ((to - from) * (Math.log10(n) - a)) / (b - a), ticks };
    }
    const room = (high - low) * 0.08 || Math.abs(high) * 0.1 || 1, a = low - room, b = high + room;
    const power = 10 ** Math.floor(Math.log10((b - a) / 5)), step = [1, 2, 5, 10].map(m => m * power).find(s => s >= (b - a) / 5);
    const ticks = [];
    for (let n = Math.ceil(a / step); n * step <= b; n++) ticks.push(n * step);
    return { at: n => from + ((to - from) * (n - a)) / (b - a), ticks };
  };
  const NS = "http://www.w3.org/2000/svg";
  const add = (parent, name, attributes, text) => {
    const made = parent.appendChild(document.createElementNS(NS, name));
    for (const [key, given] of Object.entries(attributes)) made.setAttribute(key, given);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const draw = () => {
    const box = document.getElementById("_chart"), said = document.getElementById("_said");
    const { x: across, y: upwards } = axes, title = select => select.selectedOptions[0].text;
    const drawn = chosen.filter(row => value(row, across.value) !== null && value(row, upwards.value) !== null);
    const left = chosen.length - drawn.length;
    said.textContent = !chosen.length ? "Nothing is chosen: tick networks in the table below." :
      `${chosen.length} chosen${left ? `, ${left} of them not drawn: they lack one of the two numbers` : ""}.`;
    box.replaceChildren();
    if (!drawn.length) return;
    const WIDTH = Math.min(box.clientWidth, 860), HEIGHT = Math.min(0.62 * WIDTH + 60, 480); // one unit a pixel: text stays readable
    const figure = box.appendChild(document.createElement("figure"));
    figure.className = "chart wide";
    const svg = add(figure, "svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: "img" });
    add(svg, "title", {}, `${title(upwards)} against ${title(across).toLowerCase()}`);
    add(svg, "desc", {}, drawn.map(row => `${names[row]}: ${short(value(row, across.value))}, ${short(value(row, upwards.value))}`).join("; "));
    const x = axis(drawn.map(row => value(row, across.value)), LEFT, WIDTH - RIGHT, true);
    const y = axis(drawn.map(row => value(row, upwards.value)), HEIGHT - BOTTOM, TOP, upwards.value !== "top1");
    for (const tick of x.ticks) {
      add(svg, "path", { class: "grid", d: `M${x.at(tick)} ${TOP}V${HEIGHT - BOTTOM}` });
      add(svg, "text", { x: x.at(tick), y: HEIGHT - BOTTOM + 16 }, short(tick));
    }
    for (const tick of y.ticks) {
      add(svg, "path", { class: "grid", d: `M${LEFT} ${y.at(tick)}H${WIDTH - RIGHT}` });
      add(svg, "text", { class: "end", x: LEFT - 6, y: y.at(tick) + 4 }, short(tick));
    }
    add(svg, "text", { class: "axis", x: (LEFT + WIDTH) / 2, y: HEIGHT - 8 }, title(across));
    add(svg, "text", { class: "axis start", x: 2, y: 12 }, title(upwards));
    const points = drawn.map(row => ({ name: names[row].replace("()", ""), x: x.at(value(row, across.value)), y: y.at(value(row, upwards.value)) }));
    const taken = points.map(p => [p.x - 6, p.y - 6, p.x + 6, p.y + 6]);
    for (const p of points) {
      add(add(svg, "circle", { class: "point", cx: p.x, cy: p.y, r: 4 }), "title", {}, p.name);
      const wide = p.name.length * LETTER;
      for (const [dx, dy] of [[8, -7], [-8 - wide, -7], [-wide / 2, -22], [-wide / 2, 8], [6, -20], [-6 - wide, 5], [6, 5]]) {
        const label = [p.x + dx, p.y + dy, p.x + dx + wide, p.y + dy + 14];
        if (label[0] < LEFT || label[2] > WIDTH || label[1] < 0 || taken.some(t => label[0] < t[2] && t[0] < label[2] && label[1] < t[3] && t[1] < label[3])) continue;
        taken.push(label);
        add(svg, "text", { class: "start", x: label[0], y: label[1] + 11 }, p.name);
        break;
      }
    }
  };

  tools.hidden = false;
  addEventListener("hashchange", read);
  addEventListener("resize", draw);
  read();
})();
