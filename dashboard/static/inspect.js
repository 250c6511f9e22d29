// What one can press on the Inspect page: a confusion matrix whose cells open galleries, and galleries of samples.

import { classColours, theme } from "./colours.js"
import { h, mark } from "./elements.js"
import { wear } from "./page.js"
import { Pad } from "./pad.js"

const held = new WeakMap()
const SVG = "http://www.w3.org/2000/svg"

/** What Streamlit calls: at first, and again when there is something else to show. `data.kind` says what it is. */
export async function mount({ data, parentElement, setTriggerValue }) {
  await wear("inspect.css")
  const kinds = { matrix: Matrix, samples: Samples, pad: Pad }
  let shown = held.get(parentElement)
  if (!shown) held.set(parentElement, (shown = new kinds[data.kind](parentElement)))
  shown.picked = value => setTriggerValue("picked", value)
  const told = JSON.stringify(data) + theme(parentElement).dark
  if (shown.told !== told) shown.show(data)
  shown.told = told
  return () => setTimeout(() => parentElement.isConnected || held.delete(parentElement), 100)
}

/** The table of answers: rows are what it is, columns what was answered; every cell that is not empty is a button. */
class Matrix {
  constructor(parent) {
    this.parent = parent
    this.table = h("table", { class: "ti-matrix", role: "grid" })
    this.table.onkeydown = event => this.#key(event)
    parent.append(h("div", { class: "ti-scroll" }, this.table))
  }

  /** `data` is {label, rows: [name], columns: [name], counts: [[n]], same: [[bool]], chosen: [row, column] or null}. */
  show(data) {
    const totals = data.counts.map(line => line.reduce((sum, n) => sum + n, 0))
    this.table.setAttribute("aria-label", data.label)
    const focused = this.parent.ownerDocument.activeElement?.dataset?.cell
    const head = h("tr", { role: "row" }, h("th", { class: "ti-corner", scope: "col" }, "true ↓ answered →"),
      ...data.columns.map(name => h("th", { scope: "col", title: name }, h("span", {}, name))))
    const body = data.rows.map((name, i) => h("tr", { role: "row" }, h("th", { scope: "row", title: name }, name),
      ...data.columns.map((answer, j) => this.#cell(data, i, j, totals[i], name, answer))))
    this.table.replaceChildren(h("thead", {}, head), h("tbody", {}, ...body))
    this.table.classList.toggle("ti-many", data.columns.length > 12)
    this.cells = [...this.table.querySelectorAll("button")]
    const first = this.cells.find(cell => cell.dataset.cell === focused) ?? this.cells.find(cell => cell.ariaPressed === "true") ?? this.cells[0]
    for (const cell of this.cells) cell.tabIndex = cell === first ? 0 : -1
    if (focused && first?.dataset.cell === focused) first.focus()
  }

  #cell(data, i, j, total, name, answer) {
    const count = data.counts[i][j]
    if (!count) return h("td", { role: "gridcell" })
    const share = count / total
    const said = `${name} answered as ${answer}: ${count} of ${total}, ${Math.round(100 * share)} %`
    const on = data.chosen && data.chosen[0] === i && data.chosen[1] === j
    const button = h("button", { type: "button", "aria-label": said, title: said, "aria-pressed": String(!!on), "data-cell": `${i},${j}`,
      class: data.same[i][j] ? "ti-right" : "ti-wrong", onclick: () => this.picked([i, j]) }, share < 0.005 ? "<1" : String(Math.round(100 * share)))
    button.style.setProperty("--share", String(share))
    return h("td", { role: "gridcell" }, button)
  }

  #key(event) {
    const way = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key]
    const at = event.target.dataset?.cell?.split(",").map(Number)
    if (!way || !at) return
    event.preventDefault()
    event.stopPropagation()
    const ahead = this.cells.map(cell => [cell, ...cell.dataset.cell.split(",").map(Number)])
      .map(([cell, i, j]) => [cell, (i - at[0]) * way[0] + (j - at[1]) * way[1], Math.abs((i - at[0]) * way[1]) + Math.abs((j - at[1]) * way[0])])
      .filter(([, along]) => along > 0).sort((one, other) => one[2] - other[2] || one[1] - other[1])
    if (!ahead.length) return
    for (const cell of this.cells) cell.tabIndex = -1
    ahead[0][0].tabIndex = 0
    ahead[0][0].focus()
  }
}

/** Pictures in a row or in several, each with its words, each a button. */
class Samples {
  constructor(parent) {
    this.parent = parent
    this.list = h("ul", { class: "ti-samples" })
    parent.append(this.list)
  }

  /** `data` is {label, classes, items: [{id, src, blocks, place, class, wrong, mark, words, small, said, still}], chosen, large}. */
  show(data) {
    const { dark } = theme(this.parent)
    const colours = classColours(data.classes, dark)
    this.list.setAttribute("aria-label", data.label)
    this.list.classList.toggle("ti-large", !!data.large)
    const focused = this.parent.ownerDocument.activeElement?.dataset?.sample
    this.list.replaceChildren(...data.items.map(item => h("li", {}, this.#sample(item, data, colours))))
    if (focused) this.list.querySelector(`[data-sample="${focused}"]`)?.focus()
  }

  #sample(item, data, colours) {
    const inside = [this.#picture(item), h("span", { class: "ti-words" }, item.mark ? `${item.mark} ${item.words}` : item.words),
      item.small ? h("span", { class: "ti-small" }, item.small) : null]
    const how = { class: `ti-sample${item.wrong ? " ti-miss" : ""}`, title: item.said }
    const element = item.still
      ? h("div", { ...how, role: "img", "aria-label": item.said }, ...inside)
      : h("button", { ...how, type: "button", "aria-label": item.said, "data-sample": item.id, onclick: () => this.picked(item.id) }, ...inside)
    if (!item.still) mark(element, "aria-pressed", data.chosen === item.id)
    if (item.class != null && item.class >= 0) element.style.setProperty("--class", colours[item.class] ?? "")
    return element
  }

  #picture(item) {
    if (item.src) return h("img", { src: item.src, alt: "", class: item.blocks ? "ti-blocks" : "" })
    if (!item.place) return h("span", { class: "ti-none" }, "no picture")
    const drawing = document.createElementNS(SVG, "svg")
    drawing.setAttribute("viewBox", "0 0 1 1")
    const [x, y] = item.place
    drawing.innerHTML = `<path d="M.5 0v1M0 .5h1" class="ti-axes"/><circle cx="${x}" cy="${y}" r=".07" class="ti-dot"/>`
    return drawing
  }
}
