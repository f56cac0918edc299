// The few ways in which this page makes elements. Text goes in as text nodes only; nothing here parses HTML.

/**
 * An element. `properties` are attributes, but `class` is the class, `on` an object of listeners, `data` an object for
 * `dataset`, and true or false set or leave out an attribute. `children` are elements, strings, numbers, or nothing.
 */
export function el(name, properties = {}, ...children) {
  return furnish(document.createElement(name), properties, children);
}

/** The same for SVG. */
export function svg(name, properties = {}, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", name), properties, children);
}

function furnish(element, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (key === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (key === "data") Object.assign(element.dataset, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  fill(element, ...children);
  return element;
}

/** Put these children in place of those that an element has. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
}

export const byId = (id) => document.getElementById(id);

/** Scroll an element into view: smoothly, or at once for those who asked for less motion. */
export function reveal(element, block = "center") {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block, behavior: still ? "instant" : "smooth" });
}

/** Say something to those who hear the page. */
export function announce(message) {
  byId("status").textContent = message;
}

/** Whether keys that are typed here are text. */
export const takesText = (element) => element?.matches?.("textarea, input:not([type=checkbox]):not([type=radio]), select");
