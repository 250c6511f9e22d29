// The page around the stage.

import { h } from "./elements.js"

let sheet = null

/** The style sheet, once for the page, before anything is drawn. */
export function styles() {
  sheet ??= new Promise(resolve => {
    const link = h("link", { rel: "stylesheet", href: new URL("stage.css", import.meta.url).href })
    link.onload = link.onerror = resolve
    document.head.append(link)
  })
  return sheet
}

/** How far an element lies below the top of the page, however far the page is scrolled. */
export function fromTop(element) {
  let top = element.getBoundingClientRect().top
  for (let at = element.parentElement; at; at = at.parentElement) top += at.scrollTop
  return Math.round(top)
}
