"use strict";
// Keeps a page with data-stream as the station says it is, and says so when it cannot.
(() => {
  const main = document.querySelector("[data-stream]");
  if (!main) return;
  const PATIENCE_MS = 4000; // the pages send something every second
  const offline = document.getElementById("offline");
  const camera = document.getElementById("camera");
  let source;
  let heard = Date.now();

  const alive = () => {
    heard = Date.now();
    offline.hidden = true;
    main.classList.remove("stale");
  };

  const showPicture = (frame) => {
    camera.hidden = frame === "";
    camera.dataset.picture = frame;
    if (frame !== "" && frame !== "old") document.getElementById("picture").src = "/picture?" + frame;
  };

  const open = () => {
    source = new EventSource(main.dataset.stream);
    for (const part of document.querySelectorAll("[aria-live]")) {
      source.addEventListener(part.id, (event) => {
        alive();
        const fresh = document.createElement("template");
        fresh.innerHTML = event.data;
        // what has not changed is not read out again
        if (fresh.innerHTML !== part.innerHTML) part.replaceChildren(fresh.content);
      });
    }
    source.addEventListener("picture", (event) => {
      alive();
      showPicture(event.data);
    });
    source.addEventListener("beat", alive);
  };

  open();
  setInterval(() => {
    if (source.readyState === EventSource.CLOSED) open();
    const stale = Date.now() - heard > PATIENCE_MS;
    offline.hidden = !stale;
    main.classList.toggle("stale", stale);
  }, 1000);
})();
