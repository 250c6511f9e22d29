// The big view: tabs over the input space, the map of features, the samples and the layers, with the legend beside.

import { MOST_COLOURS } from "./colours.js"
import { definition, h, mark, tableTwin, text } from "./elements.js"
import { Grades } from "./grades.js"
import { Layers } from "./layers.js"
import { MapView } from "./map_view.js"
import { Samples } from "./samples.js"
import { percent } from "./words.js"

const TABS = { input: "Input space", map: "Feature map", samples: "Samples", layers: "Layers", grades: "Grades" }
const ABOUT = [
  ["Input space", "Each mark is a held-out item where it lies in the data. The tint is what the network says at each place, stronger where it is surer; the line is where it changes its mind."],
  ["Feature map (PCA)", "The features of the same items, turned so that the two directions of most variance are seen. The directions follow slowly, so what moves is the features."],
  ["Feature map (UMAP)", "A slower map that keeps neighbours together. Positions between clusters are not distances."],
  ["Samples", "Held-out images with what the network says and how sure it is. A cross marks a wrong one."],
  ["Layers", "How far the two domains are at the input, after every stage and in the features, from step to step: MMD² of 100 fixed test items of each, under a kernel as wide as their median distance, so that layers compare. Empty is no more than chance (95 of 100 coin flips that swap pairs of items stay below); the strongest colour is forty times as far. The input never changes; a strategy that aligns the domains makes the last lines fade."],
  ["Grades: right, by how sure it is", "Held-out test images by how sure the network says it is: across their mean certainty, up the share that is right, with its 95 % Wilson interval. On the dotted line it is as often right as it says; below it is too sure. ECE is the mean distance from it, every answer counting the same (Guo et al., 2017), and a little above 0 by chance alone. ⚑ The target's points use its labels."],
  ["Grades: right, by class and …", "Where images have a further factor, such as their colour: accuracy for every class with every value of it, with the 95 % Wilson interval as a line, of groups with at least ten test images. Who relies on a shortcut is right where it holds, and wrong where it does not: the worst group shows it."],
  ["Class by class ⚑", "MMD² of the features within each class, on all test items on show, with one kernel for all. It needs the target's labels, which nobody has in practice. A class that stays strong while the others fade is one that is not aligned, or that is aligned with another."],
]

function sceneless(run) {
  if (run.gone) return "There is no picture of this run."
  return run.ended ? "This run was not observed, so there is no picture of it." : "The first picture comes in a moment."
}

/** Of each class that only one domain has, which; of classes that neither shows on stage, nothing. */
function lonely({ classes, label, domain }) {
  const there = [0, 1].map(side => new Set(label.data.filter((_, item) => domain.data[item] === side)))
  return classes.map((_, k) => (there[0].has(k) === there[1].has(k) ? null : there[0].has(k) ? " (source only ⚑)" : " (target only ⚑)"))
}

function umapWords(run) {
  if (run.umaps.length) return "Positions between clusters are not distances."
  if (run.id == null) return "The recorded run has no UMAP: press Run for one of your own."
  return run.row.looks ? `Computing the UMAP of ${run.row.looks} looks …` : "This run was not observed, so there is nothing to map."
}

export class BigView {
  #moment = null
  #chosen = null
  #quality = false
  #worn = ""

  #laidOut = null // the run whose UMAP was asked for last

  constructor(holder, { onView, onUmap }) {
    Object.assign(this, { onView, onUmap })
    this.tabs = Object.fromEntries(Object.entries(TABS).map(([key, words]) => [key, this.#tab(key, words)]))
    this.list = h("div", { role: "tablist", class: "tl-tabs", "aria-label": "What the big view shows", onkeydown: event => this.#turn(event) }, ...Object.values(this.tabs))
    this.umap = h("button", { type: "button", class: "tl-link tl-umap", "aria-pressed": "false", onclick: () => this.#toggle() }, "UMAP")
    this.tools = h("span", { class: "tl-tools" }, this.umap)
    this.legend = h("div", { class: "tl-legend" })
    this.caption = h("p", { class: "tl-caption" })
    this.body = h("div", { class: "tl-body", role: "tabpanel" })
    this.inner = h("div", { class: "tl-inner" })
    this.body.append(this.inner)
    holder.append(h("section", { class: "tl-big", "aria-label": "Big view" }, h("div", { class: "tl-title" }, this.list, this.tools), this.body, h("div", { class: "tl-foot" }, this.legend, this.caption)))
    this.map = new MapView(this.inner)
    this.samples = new Samples(this.inner)
    this.layers = new Layers(this.inner)
    this.grades = new Grades(this.inner)
    this.message = h("p", { class: "tl-message", hidden: true })
    this.inner.append(this.message)
    this.twin = tableTwin(this.body, this.inner, () => (this[this.view]?.rows?.() ?? this.#rows()))
    this.tools.append(this.twin.button, ...definition("Big view", () => ABOUT))
  }

  get view() {
    const kind = this.#moment?.run.scene?.kind
    if (!kind) return this.#chosen ?? "input"
    const there = kind === "points" ? ["input", "map", "layers", "grades"] : ["map", "samples", "layers", "grades"]
    return there.includes(this.#chosen) ? this.#chosen : there[0]
  }

  /** The view that is chosen, as a scene names it. */
  get shown() {
    return this.view === "map" && this.#quality ? "umap" : this.view
  }

  /** Choose a view by that name; the next moment is shown in it. */
  choose(view) {
    this.#quality = view === "umap"
    this.#chosen = view === "umap" ? "map" : view
    mark(this.umap, "aria-pressed", this.#quality)
  }

  show(moment) {
    this.#moment = moment
    const { run } = moment
    const [view, points] = [this.view, run.scene?.kind === "points"]
    this.tabs.input.hidden = !!run.scene && !points
    this.tabs.samples.hidden = !run.scene || points
    for (const [key, tab] of Object.entries(this.tabs)) {
      mark(tab, "aria-selected", key === view)
      mark(tab, "tabindex", key === view ? 0 : -1)
    }
    this.umap.hidden = view !== "map"
    this.map.box.hidden = !["input", "map"].includes(view)
    this.samples.element.hidden = view !== "samples"
    this.layers.element.hidden = view !== "layers"
    this.grades.element.hidden = view !== "grades"
    mark(this.legend, "data-away", view === "layers" || view === "grades")
    this.#dress(moment)
    this.#draw(moment, view)
    this.twin.fill()
    this.onView(view)
  }

  #draw(moment, view) {
    const { run } = moment
    const space = view === "map" ? (this.#quality ? "umap" : "pca") : "input"
    if (view === "samples") this.samples.show(moment)
    else if (view === "layers") this.layers.show(moment)
    else if (view === "grades") this.grades.show(moment)
    else this.map.show(moment, space)
    if (space === "umap" && run.id != null && this.#laidOut !== run.id) this.onUmap((this.#laidOut = run.id))
    const words = run.scene ? (space === "umap" ? umapWords(run) : "") : sceneless(run)
    this.message.hidden = !words
    mark(this.message, "data-low", run.umaps.length > 0)
    text(this.message, words)
    text(this.caption, this.#caption(run, space, view))
  }

  #caption(run, space, view) {
    if (!run.scene) return ""
    const all = run.scene.domain.data.length
    if (view === "samples") return `${this.samples.element.querySelectorAll("figure").length} of ${all} test items`
    if (view === "layers") return "Kernel: median distance"
    if (view === "grades") return "Held-out test images"
    return `${all} test items${{ pca: ", PCA", umap: ", UMAP" }[space] ?? ""}`
  }

  #tab(key, words) {
    const onclick = () => this.#choose(key)
    return h("button", { type: "button", role: "tab", "data-view": key, onclick, onmousedown: event => event.preventDefault() }, words)
  }

  #choose(key) {
    this.#chosen = key
    if (this.#moment) this.show({ ...this.#moment, animate: false })
  }

  #turn(event) {
    const there = Object.values(this.tabs).filter(tab => !tab.hidden)
    const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!turn) return
    event.preventDefault()
    event.stopPropagation()
    const next = there[(there.indexOf(this.tabs[this.view]) + turn + there.length) % there.length]
    this.#choose(next.dataset.view)
    next.focus()
  }

  #toggle() {
    this.#quality = !this.#quality
    mark(this.umap, "aria-pressed", this.#quality)
    this.show({ ...this.#moment, animate: false })
  }

  #dress({ run: { scene, graded, about: { oracle } }, colours }) {
    const worn = scene && `${scene.classes} ${colours} ${graded}`
    if (!scene || worn === this.#worn) return
    this.#worn = worn
    const swatch = colour => h("i", { class: "tl-swatch", style: `background:${colour}` })
    const group = (...items) => h("ul", {}, ...items.map(([sign, words]) => h("li", {}, typeof sign === "string" ? h("i", {}, sign) : sign, words)))
    const marks = [["●", "source"], ["✕", "target"], ...(graded ? [["▁", "wrong"]] : []), ...(scene.few && !oracle ? [["◯", "labelled"]] : [])]
    const many = scene.classes.length > MOST_COLOURS
    const alone = lonely(scene)
    const classes = many ? [[swatch(colours[0]), `${scene.classes.length} classes: point at one`]] : scene.classes.map((name, k) => [swatch(colours[k]), name + (alone[k] ?? "")])
    this.legend.replaceChildren(group(...marks), group(...classes))
  }

  /** How many of each class and domain are right, and what the others are taken for. */
  #rows() {
    const { run: { scene }, frame } = this.#moment ?? { run: {} }
    const rows = [["Class", "Domain", "Items", "Right", "Mostly taken for"]]
    if (!scene || !frame?.predicted) return rows
    for (const [k, name] of scene.classes.entries())
      for (const side of [0, 1]) {
        const said = [...frame.predicted.data].filter((_, item) => scene.label.data[item] === k && scene.domain.data[item] === side)
        const wrong = said.filter(guess => guess !== k)
        const most = wrong.sort((a, b) => wrong.filter(v => v === b).length - wrong.filter(v => v === a).length)[0]
        rows.push([name, side ? "target" : "source", said.length, percent(1 - wrong.length / said.length), most == null ? "–" : scene.classes[most]])
      }
    return rows
  }
}
