"use strict";
// Keeps a page with data-stream as the station says it is, and says so when it cannot.
(() => {
  const main = document.querySelector("[data-stream]");
  if (!main) return;
  const PATIENCE_MS = 4000; // the pages send something every second
  const offline = document.getElementById("offline");
  const camera = document.getElementById("camera");
  const drawn = new Map([...document.querySelectorAll("[aria-live]")].map((part) => [part, part.innerHTML]));
  let source;
  let heard = Date.now();

  const alive = () => {
    heard = Date.now();
    offline.hidden = true;
    main.classList.remove("stale");
  };

  const below = () => main.querySelector(".below");
  const tooFull = () => {
    const told = main.querySelector(".next").getBoundingClientRect();
    const reaches = !camera.hidden && told.right > camera.offsetLeft && told.bottom > main.getBoundingClientRect().top + camera.offsetTop;
    return reaches || below().scrollHeight > below().clientHeight + 1;
  };
  // Everything as large as it fits, then smaller, then the last of each list as "+2": nothing is cut off unsaid.
  const fit = () => {
    if (!below()) return;
    main.classList.remove("dense", "denser");
    for (const more of main.querySelectorAll(".more")) more.remove();
    for (const hidden of main.querySelectorAll(".some > [hidden]")) hidden.hidden = false;
    for (const step of ["dense", "denser"]) {
      if (!tooFull()) return;
      main.classList.add(step);
    }
    for (const list of [...main.querySelectorAll(".some")].reverse()) shorten(list);
  };
  const shorten = (list) => {
    const all = [...list.children];
    const more = document.createElement("li");
    more.className = "more";
    for (let shown = all.length - 1; shown > 0 && tooFull(); shown--) {
      all[shown].hidden = true;
      more.textContent = "+" + (all.length - shown);
      list.append(more);
    }
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
        if (fresh.innerHTML === drawn.get(part)) return; // what has not changed is not read out again
        drawn.set(part, fresh.innerHTML);
        part.replaceChildren(fresh.content);
        if (part.id === "face") fit();
      });
    }
    source.addEventListener("picture", (event) => {
      alive();
      showPicture(event.data);
    });
    source.addEventListener("beat", alive);
  };

  if (document.body.classList.contains("locked"))
    for (const what of ["contextmenu", "dragstart", "selectstart"]) addEventListener(what, (event) => event.preventDefault());
  const sizes = new ResizeObserver(fit);
  for (const sized of [main, camera]) sizes.observe(sized);
  open();
  setInterval(() => {
    if (source.readyState === EventSource.CLOSED) open();
    const stale = Date.now() - heard > PATIENCE_MS;
    offline.hidden = !stale;
    main.classList.toggle("stale", stale);
  }, 1000);
})();
