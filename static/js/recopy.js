/* A text to recopy: the button is there when it can work; without it the text is selected by hand. */
(() => {
  "use strict";
  const announce = (text) => {
    const box = document.getElementById("annonce");
    if (box) box.textContent = text;
  };
  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      source.focus();
      source.select();
      try {
        await navigator.clipboard.writeText(source.value);
        announce("Le texte est copié.");
        button.textContent = "Copié";
      } catch {
        announce("Le texte est sélectionné : copiez-le avec Ctrl et C.");
      }
    });
  }
})();
