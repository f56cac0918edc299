// Before the first paint: the colours chosen last time. A classic script, so that nothing flashes.
"use strict";
try {
  const theme = localStorage.getItem("unspin-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // storage is closed to this page; the colours of the system will do
}
