/* Comfort only: every page works without this file. */
(() => {
  "use strict";
  const announce = (text) => {
    const box = document.getElementById("annonce");
    if (box && text) box.textContent = text;
  };

  // After a swap, go to what changed and say it: [data-focus] takes the focus, [data-announce] is read out.
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt;
    if (!part || !part.querySelector) return;
    const pick = (name) => (part.matches(`[${name}]`) ? part : part.querySelector(`[${name}]`));
    const focused = part.querySelector(".error-summary") || pick("data-focus");
    const spoken = pick("data-announce");
    if (focused) {
      if (!focused.hasAttribute("tabindex") && focused.tabIndex < 0) focused.tabIndex = -1;
      focused.focus();
    }
    if (spoken) announce(spoken.dataset.announce);
  });
  const failed = () => announce("La page n’a pas pu être mise à jour. Rechargez-la, puis recommencez.");
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);

  // A form is sent once, however many clicks; the button keeps its name and value, so it is not disabled.
  const release = (form) => {
    delete form.dataset.sent;
    for (const button of form.elements) button.removeAttribute("aria-disabled");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
    // A file sent back leaves the page where it is: the form must serve again.
    if (form.hasAttribute("data-download")) setTimeout(release, 4000, form);
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form) release(form);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });

  // Menus close with Escape (the focus goes back to their button) and with a click elsewhere.
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
})();
