// Sorts and filters the tables of claims. The report says everything without it.
"use strict";

(() => {
  const tables = [...document.querySelectorAll("table.claims")];
  const form = document.getElementById("filters");
  if (!tables.length || !form) return;

  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  for (const table of tables) {
    const body = table.tBodies[0];
    const first = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        // ascending, descending, as it was
        const next = { none: "ascending", ascending: "descending", descending: "none" };
        const way = next[head.getAttribute("aria-sort")];
        for (const other of heads) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", way);
        const rows = [...first];
        const text = (row) => row.cells[column].textContent;
        if (way !== "none") rows.sort((a, b) => order.compare(text(a), text(b)));
        if (way === "descending") rows.reverse();
        body.append(...rows);
      });
    });
  }

  const rows = tables.flatMap((table) => [...table.tBodies[0].rows]);
  const field = (name) => document.getElementById(`f-${name}`);

  function show() {
    const text = field("text").value.trim().toLowerCase();
    const verdict = field("verdict").value;
    const kind = field("kind").value;
    const parts = field("parts").checked;
    let shown = 0;
    for (const row of rows) {
      const fits =
        (!verdict || row.dataset.verdict === verdict) &&
        (!kind || row.dataset.kind === kind) &&
        (parts || !row.classList.contains("part")) &&
        (!text || row.textContent.toLowerCase().includes(text));
      row.hidden = !fits;
      shown += fits;
    }
    for (const table of tables) {
      const some = [...table.tBodies[0].rows].some((row) => !row.hidden);
      table.closest("section").hidden = !some;
    }
    field("status").textContent = `${shown} of ${rows.length} claims`;
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", show);
  form.hidden = false;
  show();
})();
