// Keys, and buttons that copy: every page works without this file.
"use strict";
(() => {
  let waiting = false;
  let picked = -1;
  const typing = (element) => element instanceof HTMLElement
    && (element.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName));
  const rows = () => Array.from(document.querySelectorAll("table.rows tbody tr"));

  function pick(step) {
    const all = rows();
    if (all.length === 0) return;
    all.forEach((row) => row.classList.remove("picked"));
    picked = Math.max(0, Math.min(all.length - 1, picked + step));
    all[picked].classList.add("picked");
    all[picked].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });

  // a list that fetches itself again keeps the row that was gone to
  document.addEventListener("htmx:after:swap", () => { if (picked >= 0) rows()[picked]?.classList.add("picked"); });

  document.addEventListener("mouseover", (event) => {
    const time = event.target instanceof Element && event.target.closest("time[datetime]");
    if (time && !time.title) time.title = `${new Date(time.dateTime).toLocaleString()} for you`;
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (waiting) {
      waiting = false;
      const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    switch (event.key) {
      case "g": waiting = true; break;
      case "j": pick(1); break;
      case "k": pick(-1); break;
      case "x": {
        const box = rows()[picked]?.querySelector("input[type=checkbox]");
        if (box) box.checked = !box.checked;
        break;
      }
      case "Enter": {
        const row = rows()[picked];
        const link = row && row.classList.contains("picked") && event.target === document.body && row.querySelector("a, summary");
        if (link) link.click();
        break;
      }
      case "/": {
        const search = document.querySelector("[data-search]");
        if (search) { event.preventDefault(); search.focus(); }
        break;
      }
      case "?": document.getElementById("keys").showModal(); break;
      default: break;
    }
  });
})();
