// Before the first paint: theme and language. Loaded without defer on purpose; it touches nothing but <html>.
(function () {
  var root = document.documentElement;
  function stored(key) { try { return localStorage.getItem(key); } catch (_) { return null; } }
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function paint() { root.setAttribute("data-theme", stored("enishi.theme") || (dark.matches ? "dark" : "light")); }
  paint();
  dark.addEventListener("change", paint);
  if (stored("enishi.locale") === "en") root.setAttribute("lang", "en");
})();
