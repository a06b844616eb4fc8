// Small conveniences. Every page is complete without them.
(() => {
  // A link to a claim opens what it is folded in, and what is folded under it.
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const own = target.closest("section.claim")?.querySelector("details");
    if (own) own.open = true;
    let moved = false;
    for (let at = target.parentElement; at; at = at.parentElement)
      if (at.tagName === "DETAILS" && !at.open) moved = at.open = true;
    if (moved) target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();

  // A drawing wider than its box starts in the middle: its left end may be empty.
  for (const box of document.querySelectorAll(".lineage")) box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2;
})();
