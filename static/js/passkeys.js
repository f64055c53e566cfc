/* Passkeys: the browser makes or uses a key, and the form carries its answer. The rest works without this file. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  const options = document.getElementById("passkey-options");
  const known = window.PublicKeyCredential && PublicKeyCredential.parseCreationOptionsFromJSON;
  if (!form || !options || !known) return;
  const asked = JSON.parse(options.textContent).publicKey;
  const problem = form.querySelector("[data-passkey-error]");
  const absent = document.querySelector("[data-passkey-absent]");
  form.hidden = false;
  if (absent) absent.hidden = true;

  const answer = () =>
    form.dataset.passkey === "create"
      ? navigator.credentials.create({publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked)})
      : navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked)});

  // Before the listener of portal.js that lets a form be sent once: this first click sends nothing yet.
  window.addEventListener("submit", async (event) => {
    if (event.target !== form || form.elements.credential.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    problem.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify((await answer()).toJSON());
      form.requestSubmit();
    } catch {
      problem.hidden = false;
      problem.setAttribute("role", "alert");
    }
  }, true);
})();
