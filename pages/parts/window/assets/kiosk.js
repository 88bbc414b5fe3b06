"use strict";
// The kiosk: after 60 seconds without a touch everything typed is wiped; a keyboard of its own; read aloud by the
// system's own voice where there is one on this machine. It asks nobody for anything.
(() => {
  const IDLE_MS = 60000, WARN_MS = 10000;
  const home = document.body.dataset.home;
  const english = document.documentElement.lang === "en";
  const say = document.body.dataset;

  function wipe() {
    if (window.speechSynthesis) speechSynthesis.cancel();
    document.querySelectorAll("form").forEach(form => form.reset());
    document.querySelectorAll("input[type=text]").forEach(one => { one.value = ""; });
    location.replace(home);
  }

  const notice = document.createElement("div");
  notice.className = "idle";
  notice.hidden = true;
  notice.setAttribute("role", "alert");
  const text = document.createElement("span");
  text.textContent = say.idle;
  const stay = document.createElement("button");
  stay.type = "button";
  stay.textContent = say.stay;
  notice.append(text, stay);
  document.body.append(notice);

  let warn, end;
  function awake() {
    clearTimeout(warn);
    clearTimeout(end);
    notice.hidden = true;
    warn = setTimeout(() => { notice.hidden = false; }, IDLE_MS - WARN_MS);
    end = setTimeout(wipe, IDLE_MS);
  }
  ["pointerdown", "keydown", "input"].forEach(name => addEventListener(name, awake, { passive: true, capture: true }));
  // A page that the browser kept is shown again with what was typed: never here.
  addEventListener("pageshow", event => { if (event.persisted) wipe(); });
  addEventListener("contextmenu", event => event.preventDefault());
  if (location.pathname !== "/kiosk" || scrollY) awake();

  const rows = { number: ["1234567890", "."], last: ["1234567890", "X"], all: ["1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM"] };
  let board = null;
  function keyboard(field) {
    if (board) board.remove();
    board = document.createElement("div");
    board.className = "keys";
    board.setAttribute("role", "group");
    const key = (label, act, wide) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      if (wide) button.className = "wide";
      button.addEventListener("pointerdown", event => event.preventDefault());
      button.addEventListener("click", () => { act(); field.focus(); });
      board.append(button);
    };
    for (const sign of rows[field.dataset.keys].join("")) {
      key(sign, () => { if (field.value.length < field.maxLength) field.value += sign; });
    }
    key(say.delete, () => { field.value = field.value.slice(0, -1); }, true);
    field.closest(".field").after(board);
  }
  document.querySelectorAll("input[data-keys]").forEach(field => field.addEventListener("focus", () => keyboard(field)));

  // Only a voice of this machine: others send the text away.
  function voice() {
    const wanted = english ? "en" : "zh";
    return (window.speechSynthesis ? speechSynthesis.getVoices() : []).find(one => one.localService && one.lang.startsWith(wanted));
  }
  function offerReading() {
    if (document.querySelector(".aloud") || !voice()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet aloud";
    button.textContent = say.read;
    button.addEventListener("click", () => {
      if (speechSynthesis.speaking) { speechSynthesis.cancel(); button.textContent = say.read; return; }
      const spoken = new SpeechSynthesisUtterance(document.querySelector("main").innerText);
      spoken.voice = voice();
      spoken.lang = document.documentElement.lang;
      spoken.onend = () => { button.textContent = say.read; };
      button.textContent = say.stop;
      speechSynthesis.speak(spoken);
    });
    document.querySelector("main h1").after(button);
  }
  offerReading();
  if (window.speechSynthesis) speechSynthesis.addEventListener("voiceschanged", offerReading);
})();
