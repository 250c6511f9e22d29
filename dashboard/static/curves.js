// Accuracy and loss over steps. Plotly draws them; zoom and legend belong to the user and survive new data.

import { definition, h, tableTwin } from "./elements.js"
import { definitions, percent, small, title } from "./words.js"

const EVERY = 500 // milliseconds between two drawings
const SMOOTH_FROM = 200 // points
const LINE = 15 // pixels between two names at the line ends
const MARGIN = { l: 44, r: 92, t: 6, b: 24 }
let plotly = null

/** Plotly's bundle, once for the page. */
function load() {
  plotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly)
    const script = h("script", { src: new URL("plotly.min.js", import.meta.url).href })
    script.onload = () => resolve(window.Plotly)
    script.onerror = reject
    document.head.append(script)
  })
  return plotly
}

export class Curves {
  #moment = null
  #drawn = 0
  #timer = 0

  constructor(holder) {
    this.panels = [new Panel(holder, "Accuracy", "accuracy", accuracyLines), new Panel(holder, "Loss", "loss", lossLines)]
  }

  /** Draw soon: new data comes in faster than anyone can look. */
  show(moment) {
    this.#moment = moment
    const rest = EVERY - (performance.now() - this.#drawn)
    if (!this.#timer) this.#timer = setTimeout(() => this.#draw(), Math.max(0, rest))
  }

  async #draw() {
    const library = await load()
    this.#timer = 0
    this.#drawn = performance.now()
    for (const panel of this.panels) panel.draw(library, this.#moment)
  }
}

/** One chart with its table twin and its definitions. */
class Panel {
  #run = null
  #follow = 0 // changes when the user wants to follow again: Plotly then forgets the zoom
  #moment = null

  constructor(holder, name, what, lines) {
    Object.assign(this, { name, what, lines, log: false })
    this.plot = h("div", { class: "tl-plot", role: "img" })
    this.pill = h("button", { type: "button", class: "tl-pill", hidden: true, onclick: () => this.#back() }, "New data →")
    this.tools = h("span", { class: "tl-tools" })
    this.card = h("section", { class: "tl-panel", "aria-label": name }, h("div", { class: "tl-title" }, h("h3", {}, name), this.tools), this.plot, this.pill)
    this.twin = tableTwin(this.card, this.plot, () => this.#rows())
    if (what === "loss") this.tools.append(this.#logButton())
    this.tools.append(this.twin.button, ...definition(name, () => (this.#run ? definitions(this.#run)[what] : [])))
    holder.append(this.card)
  }

  draw(library, moment) {
    if (this.#run !== moment.run) this.#follow++
    this.#run = moment.run
    this.#moment = moment
    this.twin.fill()
    if (this.plot.hidden || !this.plot.clientWidth) return
    const { traces, notes } = this.lines(moment)
    library.react(this.plot, traces, this.#layout(moment, traces, notes), CONFIG())
    this.plot.setAttribute("aria-label", `${this.name}: ${notes.map(note => note.text).join(", ")}`)
    const range = this.plot._fullLayout?.xaxis.range
    this.pill.hidden = !this.#zoomed || !range || range[1] >= moment.run.row.step
    if (!this.listening) this.#listen(library)
  }

  get #zoomed() {
    const range = this.plot._fullLayout?.xaxis.range
    return !!range && Math.abs(range[1] - Math.max(this.#run.row.steps, 1)) > 1e-6
  }

  #listen(library) {
    this.listening = true
    this.library = library
    this.plot.on("plotly_doubleclick", () => this.#back() ?? false)
    new ResizeObserver(() => !this.plot.hidden && this.plot.clientWidth && library.Plots.resize(this.plot)).observe(this.plot)
  }

  #back() {
    this.#follow++
    this.draw(this.library, this.#moment)
  }

  #logButton() {
    const button = h("button", { type: "button", class: "tl-link", "aria-pressed": "false" }, "Log scale")
    button.onclick = () => {
      this.log = !this.log
      this.#follow++
      button.setAttribute("aria-pressed", String(this.log))
      if (this.library) this.draw(this.library, this.#moment)
    }
    return button
  }

  /** Made anew each time: Plotly writes into the layout that it is given. */
  #layout({ run, step, theme, live }, traces, notes) {
    const axis = { gridcolor: theme.faint, linecolor: theme.faint, zeroline: false, tickfont: { size: 12, color: theme.soft }, automargin: false, exponentformat: "power" }
    const accuracy = this.what === "accuracy"
    const { range, above } = accuracy ? { range: [-0.02, 1.04], above: 0 } : inSight(traces, this.log)
    const ticks = accuracy ? { tickformat: ".0%", tickvals: [0, 0.25, 0.5, 0.75, 1] } : { type: this.log ? "log" : "linear", nticks: 5 }
    const names = named(notes, range, this.log, Math.max(40, this.plot.clientHeight - MARGIN.t - MARGIN.b))
    if (above) names.push({ text: `▲ ${above} above`, xref: "paper", yref: "paper", x: 0.5, y: 1, yanchor: "top", showarrow: false, font: { size: 12, color: theme.soft } })
    const shapes = live ? [] : [{ type: "line", x0: step, x1: step, yref: "paper", y0: 0, y1: 1, line: { color: theme.ink, width: 1 } }]
    return {
      autosize: true, uirevision: `${run.id} ${this.#follow}`, showlegend: false, hovermode: "x unified", dragmode: "zoom",
      margin: { ...MARGIN }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { family: theme.font, size: 12, color: theme.ink },
      hoverlabel: { bgcolor: theme.ground, font: { color: theme.ink, size: 12 }, bordercolor: theme.faint },
      xaxis: { ...axis, range: [0, Math.max(run.row.steps, 1)], nticks: 5 }, yaxis: { ...axis, ...ticks, range }, shapes, annotations: names,
    }
  }

  #rows() {
    const names = [...(this.#run?.series.keys() ?? [])].filter(name => belongs(this.what, name))
    const at = this.#run?.series.get(names[0])?.steps ?? []
    const every = Math.max(1, Math.ceil(at.length / 40))
    const say = this.what === "accuracy" ? percent : small
    const steps = at.filter((_, k) => k % every === 0 || k === at.length - 1)
    return [["Step", ...names.map(title)], ...steps.map(step => [step, ...names.map(name => say(this.#run.value(name, step)))])]
  }
}

const CONFIG = () => ({
  displaylogo: false, responsive: false, doubleClick: false, showSendToCloud: false, displayModeBar: false, scrollZoom: false,
  modeBarButtonsToRemove: ["sendChartToCloud"],
})

const belongs = (what, name) => /accuracy/.test(name) === (what === "accuracy")

function accuracyLines({ run, ghost, theme }) {
  const notes = []
  const traces = ["source", "target"].flatMap(side => {
    const name = `${side}_accuracy`
    const dash = side === "target" ? "dash" : "solid"
    notes.push(...note(run.series.get(name), title(side), theme.ink))
    return [...line(ghost?.series.get(name), `${title(side)}, ghost`, theme.soft, "dot", 1.4), ...line(run.series.get(name), title(side), theme.ink, dash, 2.25)]
  })
  const classes = run.scene?.classes?.length
  if (classes) {
    const guess = 1 / classes
    traces.unshift({ x: [0, run.row.steps], y: [guess, guess], mode: "lines", name: "Guessing", line: { color: theme.soft, width: 1, dash: "dot" }, hoverinfo: "skip" })
    notes.push({ text: `Guessing`, y: guess, colour: theme.soft })
  }
  return { traces, notes }
}

function lossLines({ run, ghost, theme }) {
  const names = [...run.series.keys()].filter(name => belongs("loss", name))
  const inks = [theme.ink, theme.soft, theme.dark ? "#d7b98a" : "#8a6a3a", theme.dark ? "#9fc3b6" : "#3f6f62"]
  const traces = []
  const notes = []
  names.forEach((name, k) => {
    const series = run.series.get(name)
    const held = series.kind === "evaluated"
    const colour = held ? theme.ink : inks[(k + 1) % inks.length]
    const dash = name.startsWith("target") ? "dash" : "solid"
    traces.push(...line(ghost?.series.get(name), `${title(name)}, ghost`, theme.soft, "dot", 1.2))
    if (series.steps.length > SMOOTH_FROM) {
      traces.push(...line(series, title(name), colour, dash, 1, 0.22))
      traces.push(...line({ ...series, values: smooth(series.values) }, `${title(name)}, smoothed`, colour, dash, held ? 2.25 : 1.75))
    } else traces.push(...line(series, title(name), colour, dash, held ? 2.25 : 1.75))
    notes.push(...note(series, title(name).replace(/ loss$/, ""), colour))
  })
  return { traces, notes }
}

function line(series, name, color, dash, width, opacity = 1) {
  if (!series?.steps.length) return []
  return [{ x: series.steps.slice(), y: series.values.slice(), mode: "lines", name, opacity, line: { color, dash, width, shape: "linear" } }]
}

function note(series, words, colour) {
  return series?.steps.length ? [{ text: words, y: series.values[series.values.length - 1], colour }] : []
}

/** Names at the line ends, pushed apart where they would lie on one another. */
function named(notes, [low, high], log, height) {
  const place = y => (log ? Math.log10(Math.max(y, 10 ** low)) : y)
  const dots = y => ((Math.min(Math.max(place(y), low), high) - low) / (high - low)) * height
  const sorted = notes.filter(({ y }) => Number.isFinite(y)).map(note => ({ ...note, at: dots(note.y) })).sort((a, b) => a.at - b.at)
  for (let k = 1; k < sorted.length; k++) sorted[k].at = Math.max(sorted[k].at, sorted[k - 1].at + LINE)
  for (let k = sorted.length - 1; k >= 0; k--) sorted[k].at = Math.min(sorted[k].at, height - LINE * (sorted.length - 1 - k))
  return sorted.map(({ text, at, colour }) => ({
    text, xref: "paper", yref: "paper", x: 1.015, y: at / height, xanchor: "left", yanchor: "middle", showarrow: false, font: { size: 12, color: colour },
  }))
}

/** What of the losses is in sight: all of them, but for the odd few far above the others. */
function inSight(traces, log) {
  const columns = traces.map(({ y }) => y.filter(value => Number.isFinite(value) && (!log || value > 0)).sort((a, b) => a - b)).filter(y => y.length)
  const values = columns.flat().sort((a, b) => a - b)
  if (!values.length) return { range: log ? [-3, 1] : [0, 1], above: 0 }
  const most = values[values.length - 1]
  const usual = Math.max(...columns.map(y => y[Math.floor(0.95 * (y.length - 1))]))
  const top = most > 2.5 * usual ? 1.6 * usual : most
  const above = values.filter(value => value > top).length
  if (log) return { range: [Math.log10(Math.max(values[0], 1e-6)) - 0.1, Math.log10(top) + 0.1], above }
  return { range: [Math.min(0, values[0]) - 0.02 * top, 1.06 * Math.max(top, 1e-6)], above }
}

/** Exponential mean without its bias at the start, as TensorBoard has it. */
function smooth(values, weight = 0.9) {
  let [mean, count] = [0, 0]
  return values.map(value => {
    if (!Number.isFinite(value)) return value
    mean = weight * mean + (1 - weight) * value
    return mean / (1 - weight ** ++count)
  })
}
