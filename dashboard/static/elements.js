// Making and filling elements without flicker: a node is made once and only its text changes.

import { savings } from "./saving.js"

/** h("div", {class: "a", onclick: f}, child, "text") */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element[key] = value
    else if (value !== false && value != null) element.setAttribute(key, value === true ? "" : value)
  }
  element.append(...children.filter(child => child != null))
  return element
}

export function text(element, words) {
  if (element.textContent !== words) element.textContent = words
}

export function mark(element, name, on) {
  const value = String(on)
  if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}

/** Icons, drawn in the colour of the text: 24 × 24 paths of our own. */
const ICONS = {
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  play: "M8 5v14l11-7z",
  step: "M6 5v14l8-7zM15.5 5H18v14h-2.5z",
  slow: "M12 4a8 8 0 1 0 8 8h-2a6 6 0 1 1-6-6zM11 8h2v4.2l3 1.8-1 1.7-4-2.4z",
  restart: "M12 5V2L7 6.5 12 11V7a5.5 5.5 0 1 1-5.5 5.5H4.5A7.5 7.5 0 1 0 12 5z",
  ghost: "M12 3a7 7 0 0 0-7 7v11l2.3-2 2.3 2 2.4-2 2.4 2 2.3-2L19 21V10a7 7 0 0 0-7-7zM9.5 9a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zm5 0a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3z",
  pin: "M9 3h6v2l-1 .6V11l3 3v2h-4.1v5h-1.8v-5H7v-2l3-3V5.6L9 5z",
  stop: "M6.5 6.5h11v11h-11z",
}

export function icon(name) {
  const holder = h("span", { class: "tl-icon", "aria-hidden": "true" })
  holder.innerHTML = `<svg viewBox="0 0 24 24" width="20" height="20"><path fill="currentColor" fill-rule="evenodd" d="${ICONS[name]}"/></svg>`
  return holder
}

let popovers = 0

/** A quiet button with its definitions, in the browser's own popover: Escape closes it. */
export function definition(label, entries, words = "What is this?") {
  const id = `tl-what-${++popovers}`
  const box = h("div", { id, popover: "auto", class: "tl-what", role: "dialog", "aria-label": label })
  const button = h("button", { type: "button", class: "tl-link", popovertarget: id }, words)
  box.addEventListener("beforetoggle", event => {
    if (event.newState !== "open") return
    box.replaceChildren(...entries().flatMap(([term, words]) => [h("h4", {}, term), h("p", {}, words)]))
    const place = button.getBoundingClientRect()
    box.style.right = `${Math.max(12, Math.min(innerWidth - place.right, innerWidth - 440))}px`
    if (place.top > innerHeight / 2) Object.assign(box.style, { top: "auto", bottom: `${innerHeight - place.top + 6}px` })
    else Object.assign(box.style, { bottom: "auto", top: `${place.bottom + 6}px` })
  })
  return [button, box]
}

/** A button that shows a table in place of a drawing. */
export function tableTwin(card, drawing, rows) {
  const table = h("div", { class: "tl-table", hidden: true, tabindex: "0", role: "region", "aria-label": "Table" })
  const button = h("button", { type: "button", class: "tl-link", "aria-pressed": "false" }, "Table")
  const fill = () => {
    if (table.hidden) return
    const [head, ...body] = rows()
    const line = (cells, kind) => h("tr", {}, ...cells.map(cell => h(kind, {}, String(cell))))
    table.replaceChildren(h("table", {}, h("thead", {}, line(head, "th")), h("tbody", {}, ...body.map(row => line(row, "td")))))
  }
  button.onclick = () => {
    table.hidden = !table.hidden
    drawing.hidden = !table.hidden
    button.setAttribute("aria-pressed", String(!table.hidden))
    fill()
  }
  drawing.after(table)
  return { button: h("span", { class: "tl-tools tl-tools-table" }, button, ...saveMenu(card, drawing, rows)), fill }
}

let menus = 0

/** A button with a small menu: what is on show as a picture, the numbers as a file. */
function saveMenu(card, drawing, rows) {
  const id = `tl-save-${++menus}`
  const box = h("div", { id, popover: "auto", class: "tl-what tl-save", role: "menu", "aria-label": "Save as" })
  const button = h("button", { type: "button", class: "tl-link", popovertarget: id, "aria-haspopup": "menu" }, "Save")
  const note = h("p", { class: "tl-soft", role: "status" })
  box.addEventListener("beforetoggle", event => {
    if (event.newState !== "open") return
    const act = save => () => save().then(() => box.hidePopover(), error => text(note, error.message))
    const entries = Object.entries(savings(card, drawing, rows))
    const there = ([name]) => !drawing.hidden || !["PNG", "SVG", "PDF"].includes(name) // a table is not a picture
    box.replaceChildren(...entries.filter(there).map(([name, save]) => h("button", { type: "button", role: "menuitem", class: "tl-button", onclick: act(save) }, name)), note)
    text(note, "")
    const place = button.getBoundingClientRect()
    Object.assign(box.style, { top: `${place.bottom + 6}px`, right: `${Math.max(12, innerWidth - place.right)}px` })
  })
  return [button, box]
}
