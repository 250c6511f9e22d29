// The page around the stage.

import { h } from "./elements.js"

const sheets = new Map()

/** A style sheet, once for the page, before anything is drawn. */
export function wear(name) {
  if (!sheets.has(name))
    sheets.set(name, new Promise(resolve => {
      const link = h("link", { rel: "stylesheet", href: new URL(name, import.meta.url).href })
      link.onload = link.onerror = resolve
      document.head.append(link)
    }))
  return sheets.get(name)
}

/** How far an element lies below the top of the page, however far the page is scrolled. */
export function fromTop(element) {
  let top = element.getBoundingClientRect().top
  for (let at = element.parentElement; at; at = at.parentElement) top += at.scrollTop
  return Math.round(top)
}
