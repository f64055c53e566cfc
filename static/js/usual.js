/* A usual answer goes in its box without leaving the page; without this file the button asks the server to do it. */
(() => {
  "use strict";
  for (const list of document.querySelectorAll("select[data-usual]")) {
    const box = document.getElementById(list.dataset.usual);
    const button = list.parentElement.querySelector("button");
    if (!box || !button) continue;
    button.type = "button";
    button.addEventListener("click", () => {
      const text = list.selectedOptions[0].dataset.text;
      if (!text) {
        list.focus();
        return;
      }
      const typed = box.value.trimEnd();
      box.value = typed ? `${typed}\n${text}` : text;
      list.value = "";
      box.focus();
    });
  }
})();
