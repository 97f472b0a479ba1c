// Comfort only: every page works without it. Loaded once; listens on the document, so that fragments need no wiring.
(() => {
  "use strict";

  const root = document.documentElement;
  const shortcuts = root.dataset.shortcuts !== "off";
  const find = (selector, within = document) => within.querySelector(selector);
  const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

  // --- Lists: tick all, count the ticked. A list is a form.list; [data-all] ticks its rows, [data-count] shows how many.

  const rowBoxes = (list) => findAll("tbody input[type=checkbox]", list);

  const count = (list) => {
    const boxes = rowBoxes(list);
    const ticked = boxes.filter((box) => box.checked).length;
    findAll("[data-count]", list).forEach((place) => { place.textContent = ticked; });
    findAll("[data-all]", list).forEach((all) => {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    });
  };

  document.addEventListener("change", (event) => {
    const list = event.target.closest(".list");
    if (!list || event.target.type !== "checkbox") return;
    if (event.target.matches("[data-all]")) {
      rowBoxes(list).forEach((box) => { box.checked = event.target.checked; });
    }
    count(list);
  });

  // --- Menus: one open at a time; a click outside or Esc closes.

  const closeMenus = (except) => findAll("details.menu[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });

  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

  // --- Keyboard: / search, ? help, j and k rows, Enter opens (the row's link has the focus), x ticks, e outcome, Esc closes.

  const typing = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "checkbox";

  const currentRow = () => document.activeElement.closest("tbody tr") || find("tbody tr.is-open");

  const moveTo = (step) => {
    const links = findAll("tbody .row-link");
    if (!links.length) return;
    const row = currentRow();
    const at = row ? links.indexOf(find(".row-link", row)) : -1;
    links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
  };

  const escape = () => {
    const menu = find("details.menu[open]");
    if (menu) {
      menu.open = false;
      find("summary", menu).focus();
      return;
    }
    const close = find("a[data-close]");
    if (close) close.click();
  };

  const keys = {
    "/": () => find("#q")?.focus(),
    "?": () => find("[data-help]")?.click(),
    j: () => moveTo(1),
    k: () => moveTo(-1),
    x: () => find("input[type=checkbox]", currentRow() || document.createElement("tr"))?.click(),
    e: () => find("[data-outcome]")?.focus(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !find("dialog[open]")) {
      escape();
    } else if (shortcuts && !typing(document.activeElement) && find(`[data-key="${CSS.escape(event.key)}"]`)) {
      event.preventDefault();
      find(`[data-key="${CSS.escape(event.key)}"]`).click();
    } else if (shortcuts && Object.hasOwn(keys, event.key) && !typing(document.activeElement)) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  // --- Leaving a form[data-guard] with changes asks first.

  const changed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) changed.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected)) event.preventDefault();
  });

  // --- A textarea[data-draft=key] keeps what is being typed until it is sent. It lives in the tab: nothing stays on a
  // shared computer once the tab is closed.

  const draftKey = (field) => `draft:${field.dataset.draft}`;

  const restore = (within) => findAll("textarea[data-draft]", within).forEach((field) => {
    const draft = sessionStorage.getItem(draftKey(field));
    if (draft && !field.value) field.value = draft;
  });

  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-draft]")) sessionStorage.setItem(draftKey(event.target), event.target.value);
  });

  document.addEventListener("submit", (event) => {
    changed.delete(event.target);
    findAll("textarea[data-draft]", event.target).forEach((field) => sessionStorage.removeItem(draftKey(field)));
  });

  // --- A print button shows where there is a script to press it.

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  // --- The panel of a list names its client: that row is the current one. Closed, its row has the focus again.

  const mark = () => {
    const panel = find(".panel[data-client]");
    if (panel) findAll(".row-link[hx-get]").forEach((link) => {
      if (link.id === `client-${panel.dataset.client}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  };
  if (/^#client-\d+$/.test(location.hash)) document.getElementById(location.hash.slice(1))?.focus();

  // --- What came by itself: the page, then each fragment.

  // --- Choosing files: what is dropped anywhere on a [data-drop] zone goes to its field.

  const zoneOf = (event) => event.target.closest && event.target.closest("[data-drop]");

  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const zone = zoneOf(event);
      if (!zone || !event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.toggle("is-over", kind === "dragover");
      if (kind === "drop") find("input[type=file]", zone).files = event.dataTransfer.files;
    });
  }

  // --- A range[data-pair=id] and the number of that id say the same. Without a script there is the number alone.

  document.addEventListener("input", (event) => {
    const number = event.target.dataset.pair && document.getElementById(event.target.dataset.pair);
    const pair = number || event.target.id && find(`[data-pair="${event.target.id}"]`);
    if (pair) pair.value = event.target.value;
  });

  // --- A button[data-insert] writes its text where the caret is in the textarea of its form.

  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-insert]");
    const area = chip && find("textarea", chip.form);
    if (!area) return;
    area.setRangeText(chip.dataset.insert, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });

  const settle = (within) => {
    findAll("[data-pair]", within).forEach((range) => { range.hidden = false; });
    restore(within);
    findAll("[data-print], [data-insert]", within).forEach((button) => { button.hidden = false; });
    mark();
    findAll(".list", within).forEach(count);
    find("[role=alert][tabindex]", within)?.focus();
  };

  document.addEventListener("htmx:afterSwap", (event) => {
    settle(event.detail.elt);
    find(".panel[data-client] h2")?.focus();
  });
  settle(document);
})();
