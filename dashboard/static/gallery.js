// Two galleries side by side: the same class of both domains, page by page. Turning a page asks the server for nothing
// but the next contact sheet, which the browser keeps.

import { classColours, theme } from "./colours.js"
import { h, mark, text } from "./elements.js"
import { wear } from "./page.js"

const galleries = new WeakMap()
const PAGE = 24 // thumbnails of each domain at once
const CHIPS = 16 // classes that are offered as buttons; of more, a list to choose from
const ALL = "All classes"

/** What Streamlit calls: at first, and again when there are other domains to show or the theme has changed. */
export async function mount({ data, parentElement }) {
  await wear("gallery.css")
  let gallery = galleries.get(parentElement)
  if (!gallery) galleries.set(parentElement, (gallery = new Gallery(parentElement)))
  gallery.show(data)
  return () => setTimeout(() => parentElement.isConnected || galleries.delete(parentElement), 100)
}

class Gallery {
  #data = null
  #told = ""
  #class = ALL
  #page = 0

  constructor(parent) {
    this.parent = parent
    this.classes = h("div", { class: "tg-classes" })
    this.before = h("button", { type: "button", class: "tg-turn", "aria-label": "Page before", onclick: () => this.#turn(-1) }, "‹")
    this.after = h("button", { type: "button", class: "tg-turn", "aria-label": "Next page", onclick: () => this.#turn(1) }, "›")
    this.place = h("span", { class: "tg-place", role: "status" })
    this.sides = h("div", { class: "tg-sides" })
    this.root = h("section", { class: "tg", "aria-label": "Galleries of source and target", "data-testid": "gallery" },
      h("div", { class: "tg-top" }, this.classes, h("div", { class: "tg-pager" }, this.before, this.place, this.after)), this.sides)
    this.root.onkeydown = event => this.#key(event)
    parent.append(this.root)
  }

  /** `data` is {classes: [name], sides: [{role, mark, title, note, sheets, side, columns, each, blocks, samples: [[row, class]], names}]}. */
  show(data) {
    const told = JSON.stringify(data) + theme(this.parent).dark
    if (told === this.#told) return
    this.#told = told
    this.#data = data
    if (!data.classes.includes(this.#class)) [this.#class, this.#page] = [ALL, 0]
    const colours = classColours(data.classes.length, theme(this.parent).dark)
    this.colour = name => colours[data.classes.indexOf(name)]
    this.#fillClasses()
    this.panels = data.sides.map(side => {
      const grid = h("div", { class: "tg-grid", role: "list", "aria-label": `${side.role}: ${side.title}` })
      return { side, grid, order: orders(side), root: h("div", { class: "tg-side" },
        h("h3", {}, h("span", { class: "tg-mark", "aria-hidden": "true" }, side.mark), `${side.role}: ${side.title}`),
        h("p", { class: "tg-note" }, side.note), grid) }
    })
    this.sides.replaceChildren(...this.panels.map(({ root }) => root))
    this.#draw()
  }

  #fillClasses() {
    const names = [ALL, ...this.#data.classes]
    const pick = name => { [this.#class, this.#page] = [name, 0]; this.#draw() }
    if (names.length > CHIPS) {
      const list = h("select", { class: "tg-select", "aria-label": "Class to show" }, ...names.map(name => h("option", { value: name }, name)))
      list.value = this.#class
      list.onchange = () => pick(list.value)
      this.chips = []
      return this.classes.replaceChildren(list)
    }
    this.classes.setAttribute("role", "group")
    this.classes.setAttribute("aria-label", "Class to show")
    this.chips = names.map(name => h("button", { type: "button", class: "tg-chip", "data-name": name, onclick: () => pick(name) }, name))
    this.classes.replaceChildren(...this.chips)
  }

  #pages() {
    return Math.max(1, ...this.panels.map(({ order }) => Math.ceil((order.get(this.#class)?.length ?? 0) / PAGE)))
  }

  #turn(by) {
    this.#page = Math.min(Math.max(this.#page + by, 0), this.#pages() - 1)
    this.#draw()
  }

  #key(event) {
    const by = { PageDown: 1, PageUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!by || event.target.tagName === "SELECT") return
    event.preventDefault()
    event.stopPropagation()
    this.#turn(by)
  }

  #draw() {
    for (const chip of this.chips) mark(chip, "aria-pressed", chip.dataset.name === this.#class)
    const pages = this.#pages()
    text(this.place, `Page ${this.#page + 1} of ${pages}`)
    this.before.disabled = this.#page === 0
    this.after.disabled = this.#page >= pages - 1
    for (const { side, grid, order } of this.panels) {
      const every = order.get(this.#class) ?? []
      const some = every.slice(this.#page * PAGE, (this.#page + 1) * PAGE)
      const none = every.length ? "No more of these." : `${side.role === "Source" ? "The source" : "The target"} has no images of this class.`
      grid.replaceChildren(...(some.length ? some.map(place => this.#thumb(side, place)) : [h("p", { class: "tg-none" }, none)]))
    }
    mark(this.root, "data-class", this.#class)
    mark(this.root, "data-page", this.#page)
  }

  #thumb(side, place) {
    const [row, label] = side.samples[place]
    const name = side.names[label]
    const at = place % side.each
    const element = h("div", { class: "tg-thumb", role: "listitem", "aria-label": `${name}, image ${row + 1}`, title: `${name} · image ${row + 1}` })
    const [columns, lines] = shape(side, place)
    element.style.backgroundSize = `${100 * columns}% ${100 * lines}%`
    element.style.backgroundPosition = `${share(at % side.columns, columns)}% ${share(Math.floor(at / side.columns), lines)}%`
    element.style.backgroundImage = `url("${new URL(side.sheets[Math.floor(place / side.each)], document.baseURI).href}")`
    if (side.blocks) element.style.imageRendering = "pixelated"
    element.style.borderColor = this.colour(name)
    return element
  }
}

/** Columns and lines of the sheet of this place: the last one may have less than a row. */
function shape(side, place) {
  const many = Math.min(side.each, side.samples.length - Math.floor(place / side.each) * side.each)
  return [Math.min(side.columns, many), Math.ceil(many / side.columns)]
}

/** Where the k-th of n parts stands, as CSS counts: 0 is the first, 100 the last. */
const share = (k, n) => (n > 1 ? (100 * k) / (n - 1) : 0)

/** Places of the samples by class; for all classes one of each in turn. */
function orders({ samples, names }) {
  const order = new Map(names.map(name => [name, []]))
  samples.forEach(([, label], place) => order.get(names[label]).push(place))
  const [groups, mixed] = [[...order.values()], []]
  for (let k = 0; groups.some(group => k < group.length); k++) mixed.push(...groups.filter(group => k < group.length).map(group => group[k]))
  return order.set(ALL, mixed)
}
