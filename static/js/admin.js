// Names for the lists of choices that select2 builds in the administration: it gives them none.
(() => {
  const name = (box) => {
    const select = box.previousElementSibling;
    const label = select && select.id && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    if (!label) return;
    const words = label.textContent.replace(/\s*:\s*$/, "").trim();
    const shown = box.querySelector(".select2-selection__rendered");
    const field = box.querySelector(".select2-selection");
    if (shown) shown.setAttribute("aria-label", words);
    if (!field) return;
    label.id = label.id || `${select.id}_label`;
    field.setAttribute("aria-labelledby", shown ? `${label.id} ${shown.id}` : label.id);
  };
  const all = () => document.querySelectorAll(".select2-container:not(.select2-container--open)").forEach(name);
  document.addEventListener("DOMContentLoaded", () => {
    all();
    new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
  });
})();
