// A control for one of many: the chips of the chosen group, and behind a button all groups with a search by typing.
// Where options have numbers (`picture`), a scatter above the list shows them as well.

import { h, mark, text } from "./elements.js"
import { wear } from "./page.js"
import { Scatter } from "./scatter.js"

const choosers = new WeakMap()
const SEARCH = "/"
const MOST = 12 // chips

/** What Streamlit calls: at first, and again whenever there is something else to choose from. */
export async function mount({ data, parentElement, setTriggerValue }) {
  await wear("chooser.css")
  let chooser = choosers.get(parentElement)
  if (!chooser) choosers.set(parentElement, (chooser = new Chooser(parentElement)))
  chooser.picked = key => setTriggerValue("picked", key)
  chooser.show(data)
  return () => setTimeout(() => parentElement.isConnected || chooser.dispose(), 100)
}

class Chooser {
  #data = null
  #told = ""
  #active = -1 // place of the option that the arrow keys are at

  constructor(parent) {
    this.parent = parent
    this.group = h("span", { class: "tc-group" })
    this.name = h("span", { class: "tc-name" })
    this.face = h("button", { type: "button", class: "tc-face", "aria-haspopup": "dialog", onclick: () => this.#open() },
      h("span", { class: "tc-words" }, this.group, this.name), h("span", { class: "tc-all", "aria-hidden": "true" }))
    this.chips = h("div", { class: "tc-chips", role: "radiogroup", onkeydown: event => this.#turn(event) })
    this.field = h("input", { type: "text", class: "tc-search", role: "combobox", "aria-expanded": "true", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false" })
    this.field.oninput = () => this.#search()
    this.field.onkeydown = event => this.#key(event)
    this.count = h("span", { class: "tc-count", role: "status" })
    this.groups = h("div", { class: "tc-groups", role: "group" })
    this.list = h("div", { class: "tc-list", role: "listbox" })
    this.list.onscroll = () => this.#mark()
    this.plot = h("div", { class: "tc-plot" })
    this.right = h("div", { class: "tc-right" }, this.plot, this.list)
    this.dialog = h("div", { class: "tc-dialog", popover: "auto", role: "dialog" },
      h("div", { class: "tc-top" }, this.field, this.count), h("div", { class: "tc-body" }, this.groups, this.right))
    parent.append(h("div", { class: "tc-chooser" }, this.face, this.chips, this.dialog))
    this.listener = event => this.#shortcut(event)
    document.addEventListener("keydown", this.listener)
  }

  dispose() {
    document.removeEventListener("keydown", this.listener)
    choosers.delete(this.parent)
    this.parent.replaceChildren()
  }

  /** `data` is {label, hint, search, chosen, groups: [{title, items: [{key, title, idea, tags, way, picture}]}]}, and
      where it has no chips `quiet`, where it has a scatter `plot`. */
  show(data) {
    const told = JSON.stringify(data)
    if (told === this.#told) return
    this.#told = told
    this.#data = data
    const own = data.groups.find(({ items }) => items.some(({ key }) => key === data.chosen)) ?? data.groups[0]
    const item = own.items.find(({ key }) => key === data.chosen) ?? own.items[0]
    text(this.group, own.title)
    text(this.name, item.title)
    mark(this.face, "aria-label", `${data.label}: ${item.title}, ${own.title}. ${data.hint}`)
    this.face.title = data.hint + (data.shortcut ? ` (${SEARCH})` : "")
    mark(this.dialog, "aria-label", data.hint)
    mark(this.field, "aria-label", data.search)
    this.field.placeholder = data.search
    mark(this.groups, "aria-label", "Groups")
    mark(this.list, "aria-label", data.label)
    if (!data.quiet) this.#fillChips(own)
    this.#plot()
    if (this.dialog.matches(":popover-open")) this.#search()
  }

  #plot() {
    const items = this.#data.groups.flatMap(({ items }) => items)
    this.scatter = null
    if (this.#data.plot && items.filter(({ at }) => at).length > 1) {
      const point = key => this.#go(this.options.findIndex(option => option.dataset.key === key), "nearest")
      this.scatter = new Scatter(this.#data.plot, items, key => this.#pick(key), point)
    }
    this.plot.replaceChildren(...(this.scatter ? [this.scatter.root] : []))
  }

  #fillChips(own) {
    mark(this.chips, "aria-label", `${this.#data.label} · ${own.title}`)
    const focused = this.chips.contains(document.activeElement)
    this.chips.replaceChildren(...near(own.items, this.#data.chosen).map(item => {
      const on = item.key === this.#data.chosen
      const chip = h("button", { type: "button", role: "radio", class: "tc-chip", "aria-checked": String(on), tabindex: on ? "0" : "-1", title: item.way || item.idea, "aria-label": item.short ?? item.title })
      if (item.picture) chip.append(picture(item))
      chip.append(h("span", {}, item.short ?? item.title))
      mark(chip, "data-away", !!item.way)
      chip.onclick = () => this.#pick(item.key)
      return chip
    }))
    if (focused) this.chips.querySelector("[aria-checked=true]")?.focus()
  }

  /** Arrow keys walk along the chips; what is reached is chosen with Space or Enter, for each choice starts a run. */
  #turn(event) {
    const turn = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (!turn) return
    event.preventDefault()
    event.stopPropagation()
    const all = [...this.chips.children]
    const next = all[(all.indexOf(document.activeElement) + turn + all.length) % all.length]
    for (const chip of all) chip.tabIndex = chip === next ? 0 : -1
    next.focus()
  }

  #pick(key) {
    if (this.dialog.matches(":popover-open")) this.dialog.hidePopover()
    this.face.focus({ preventScroll: true })
    if (key !== this.#data.chosen) this.picked(key)
  }

  #open() {
    if (this.dialog.matches(":popover-open")) return this.dialog.hidePopover()
    this.field.value = ""
    this.dialog.showPopover()
    this.#lay()
    this.#search()
    this.field.focus()
  }

  #lay() {
    const place = this.face.getBoundingClientRect()
    const beside = innerWidth - place.right > 480
    const [wide, high] = [this.dialog.offsetWidth, this.dialog.offsetHeight]
    this.dialog.style.left = `${beside ? place.right + 22 : Math.max(8, (innerWidth - wide) / 2)}px`
    this.dialog.style.top = `${Math.max(8, Math.min(place.top - 60, innerHeight - high - 8))}px`
  }

  /** Every word that was typed has to occur somewhere in what is said of an option. */
  #search() {
    const words = folded(this.field.value).split(/\s+/).filter(Boolean)
    const sought = ({ title, key, idea, tags, way, also }, group) => folded([title, key, idea, ...tags, way, also, group].join(" "))
    const hits = this.#data.groups.map(({ title, items }) => ({ title, items: items.filter(item => words.every(word => sought(item, title).includes(word))) }))
    // What is called so comes before what only mentions it.
    if (words.length) for (const { items } of hits) items.sort((a, b) => named(b, words) - named(a, words))
    const shown = hits.filter(({ items }) => items.length)
    if (words.length) shown.sort((a, b) => Math.max(...b.items.map(item => named(item, words))) - Math.max(...a.items.map(item => named(item, words))))
    this.#fill(shown, hits)
    const all = this.#data.groups.reduce((sum, { items }) => sum + items.length, 0)
    const found = shown.reduce((sum, { items }) => sum + items.length, 0)
    text(this.count, words.length ? `${found} of ${all}` : `${all} in ${this.#data.groups.length} groups`)
    const at = words.length ? 0 : this.options.findIndex(option => option.dataset.key === this.#data.chosen)
    this.#go(Math.max(at, 0), words.length ? "nearest" : "center")
    if (words.length) this.list.scrollTop = 0
  }

  #fill(shown, hits) {
    const prefix = `tc-${this.#data.label.toLowerCase()}`
    this.options = []
    this.list.replaceChildren(...shown.map(({ title, items }) => {
      const heading = h("div", { class: "tc-heading", role: "presentation" }, title)
      const section = h("div", { role: "group", "aria-label": title, "data-title": title }, heading)
      for (const item of items) section.append(this.#option(item, `${prefix}-${this.options.length}`))
      return section
    }))
    if (!shown.length) this.list.append(h("p", { class: "tc-none" }, "Nothing here is called so. Try a part of a name, a family, or what you have: \u201clabels\u201d, \u201cbatch norm\u201d, \u201cone-shot\u201d."))
    this.groups.replaceChildren(...hits.map(({ title, items }) => {
      const jump = h("button", { type: "button", class: "tc-jump", "data-title": title, tabindex: "-1" }, h("span", {}, title), h("span", { class: "tc-number" }, String(items.length)))
      jump.disabled = !items.length
      jump.onclick = () => this.#jump(title)
      return jump
    }))
  }

  #option(item, id) {
    const place = this.options.length
    const chosen = item.key === this.#data.chosen
    const option = h("div", { id, role: "option", class: "tc-option", "aria-selected": String(chosen), "data-key": item.key, "data-away": String(!!item.way) })
    if (item.picture) option.append(picture(item))
    const title = h("div", { class: "tc-title" }, h("strong", {}, item.title), ...item.tags.map(tag => h("span", { class: "tc-tag" }, tag)))
    option.append(h("div", {}, title, h("div", { class: "tc-idea" }, item.idea), item.way ? h("div", { class: "tc-way" }, item.way) : null))
    option.onclick = () => this.#pick(item.key)
    option.onpointermove = () => this.#go(place, null)
    this.options.push(option)
    return option
  }

  #jump(title) {
    const section = [...this.list.children].find(each => each.dataset.title === title)
    const first = this.options.findIndex(option => section?.contains(option))
    this.#go(first, null)
    if (section) this.list.scrollTop = section.offsetTop - this.list.offsetTop
    this.field.focus()
  }

  #go(place, scroll) {
    this.options[this.#active]?.removeAttribute("data-active")
    this.#active = place
    const option = this.options[place]
    if (!option) return this.field.removeAttribute("aria-activedescendant")
    option.setAttribute("data-active", "true")
    this.field.setAttribute("aria-activedescendant", option.id)
    if (scroll) option.scrollIntoView({ block: scroll })
    this.#mark()
  }

  /** The group of the active option is marked on the left. */
  #mark() {
    const active = this.options[this.#active]
    this.scatter?.mark(this.#data.chosen, active?.dataset.key, new Set(this.options.map(option => option.dataset.key)))
    const title = active?.parentElement.dataset.title
    for (const jump of this.groups.children) mark(jump, "aria-current", jump.dataset.title === title)
  }

  #key(event) {
    const last = this.options.length - 1
    const family = turn => {
      const sections = [...this.list.children]
      const next = sections[sections.indexOf(this.options[this.#active]?.parentElement) + turn]
      if (next?.dataset.title) this.#jump(next.dataset.title)
    }
    const does = {
      ArrowDown: () => this.#go(Math.min(this.#active + 1, last), "nearest"), ArrowUp: () => this.#go(Math.max(this.#active - 1, 0), "nearest"),
      PageDown: () => family(1), PageUp: () => family(-1),
      Enter: () => this.options[this.#active] && this.#pick(this.options[this.#active].dataset.key),
    }[event.key]
    if (!does || event.isComposing) return
    event.preventDefault()
    event.stopPropagation()
    does()
  }

  #shortcut(event) {
    if (event.key !== SEARCH || !this.#data?.shortcut || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable], [role=dialog]")) return
    event.preventDefault()
    this.#open()
  }
}

/** How well words fit the name itself: 2 for its beginning, 1 for a part of it. */
function named({ title, key }, words) {
  const name = folded(`${title} ${key}`)
  return words.reduce((sum, word) => sum + (name.startsWith(word) || name.includes(` ${word}`) ? 2 : name.includes(word) ? 1 : 0), 0)
}

/** As many options as have room for a chip, with the chosen one among them; the dialog has them all. */
function near(items, chosen) {
  const at = items.findIndex(({ key }) => key === chosen)
  const first = Math.max(0, Math.min(at - MOST / 2, items.length - MOST))
  return items.slice(first, first + MOST)
}

const folded = words => words.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/\u2192/g, " ")

function picture({ picture }) {
  const image = h("img", { src: new URL(picture, document.baseURI).href, alt: "", loading: "lazy", class: "tc-picture" })
  image.onerror = () => image.remove() // data that is not on this machine has no picture
  return image
}
