// Binds keys to links and buttons of the page, and lights the marks of the row that has the focus.
// Everything works without it.
"use strict";
(() => {
  const on = document.body.dataset.keys === "1";
  const one = (selector, from) => (from || document).querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const rows = () => all("[data-row]");

  // The marks of a row.
  const light = (row) => {
    for (const lit of all("mark.lit")) lit.classList.remove("lit");
    const number = row && row.dataset.row;
    if (!number) return;
    const marks = all("mark").filter((mark) => (mark.dataset.f || "").split(" ").includes(number));
    for (const mark of marks) mark.classList.add("lit");
    if (marks[0]) marks[0].scrollIntoView({ block: "nearest" });
  };
  const rowOf = (element) => element && element.closest && element.closest("[data-row]");
  addEventListener("focusin", (event) => light(rowOf(event.target)));

  const focus = (element) => {
    element.focus();
    if (element.select) element.select();
  };
  const start = one("[data-autofocus]") || one(location.hash.length > 1 ? `[id="${location.hash.slice(1)}"][data-row]` : "none");
  const begin = () => {
    if (!start) return;
    focus(start);
    light(rowOf(start));
  };
  begin();
  // The address's own target takes the focus once the page is whole: a letter typed then is no key.
  if (location.hash) addEventListener("load", () => setTimeout(begin));

  if (!on) return;

  const step = (by) => {
    const list = rows();
    if (!list.length) return;
    const at = list.indexOf(rowOf(document.activeElement));
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + by));
    list[next].focus();
  };

  // A verdict about the row that has the focus: the page's one form for it.
  const decide = (row, act) => {
    const form = one("form[data-verdict]");
    if (!form || !row || !row.dataset.field) return false;
    form.action = `${form.dataset.verdict}/${row.dataset.field}`;
    form.elements.acte.value = act;
    form.elements.vu.value = row.dataset.seen;
    form.submit();
    return true;
  };

  let gone = false;
  const places = { r: "/", a: "/attente", p: "/rappeler", d: "/dossiers", m: "/messages", s: "/stats" };

  addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (target.closest("input, textarea, select, [contenteditable]")) {
      if (key === "Escape" && one("[data-cancel]")) location.href = one("[data-cancel]").href;
      return;
    }
    if (gone) {
      gone = false;
      if (places[key]) {
        event.preventDefault();
        const link = one(`nav a[href="${places[key]}"]`);
        if (link) link.click();
      }
      return;
    }
    const row = rowOf(document.activeElement);
    const bound = one(`[data-key="${CSS.escape(key)}"]`);
    let done = true;
    if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "g") gone = true;
    else if (key === "f" || key === "/") {
      const box = one("#q");
      if (box) focus(box);
      else done = false;
    } else if (key === "h" || key === "?") location.href = "/raccourcis";
    else if (key === "c" && row && one("[data-edit]", row)) one("[data-edit]", row).click();
    else if (key === "i" && row && one("[data-edit]", row)) location.href = one("[data-edit]", row).href.replace("#", "&acte=inexploitable#");
    else if (key === "u" && row) done = decide(row, "inconnu");
    else if (key === "Enter" && row === target && row.dataset.unsure) done = decide(row, "juste");
    else if (bound) bound.click();
    else done = false;
    if (done) event.preventDefault();
  });
})();
