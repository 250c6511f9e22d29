// What the two charts show: traces, the names at their ends, and how much of the losses is in sight.

import { accuracy, keptAt } from "./honest.js"
import { title } from "./words.js"

const SMOOTH_FROM = 200 // points
const LINE = 15 // pixels between two names at the line ends

const FAR = 12 // times the losses, over which a curve is drawn at a fraction of its height
const SHARES = /accuracy|harmonic_mean|unknown_auroc|target_nmi/
const INKS = { light: ["#6b7280", "#8a6a3a", "#3f6f62", "#7a5573", "#4f6d8f"], dark: ["#a3a8b4", "#d7b98a", "#9fc3b6", "#cba6c3", "#9bb8d9"] }

const ASIDE = /^validator_|^kept_|_items$|_ece$|_top_(answer|label)$|^target_interval$/ // told with the others, and no curves

/** Whether a series is drawn in the chart of accuracies or in that of losses; some numbers are in neither. */
export const belongs = (what, name) => !ASIDE.test(name) && SHARES.test(name) === (what === "accuracy")

/** The name of a series as evaluators and strategies tell it, for a person. */
export const called = (run, name) => run.about.measures?.[name]?.[0] ?? title(name)

/** The name that stands at a line's end: that of its smoothed form and of its ghost as well. */
export const heading = name => name.split(",")[0].replace(/ loss$/, "")

export function accuracyLines(moment) {
  const { run, ghost, theme } = moment
  const notes = []
  const traces = ["source", "target"].flatMap(side => {
    const name = `${side}_accuracy`
    const dash = side === "target" ? "dash" : "solid"
    notes.push(...note(run.series.get(name), title(side), theme.ink))
    return [...line(ghost?.series.get(name), `${title(side)}, ghost`, theme.soft, "dot", 1.4), ...line(honest(run, name), title(side), theme.ink, dash, 2.25)]
  })
  const others = [...run.series.keys()].filter(name => belongs("accuracy", name) && !/^(source|target)_accuracy$/.test(name))
  others.forEach((name, k) => {
    const series = honest(run, name)
    const colour = INKS[theme.dark ? "dark" : "light"][(k + 1) % 5]
    const dash = series.kind === "measured" ? "solid" : "dash"
    traces.push(...smoothed(series, called(run, name), colour, dash, series.kind === "measured" ? 1 : 1.75))
    notes.push(...note(series, heading(called(run, name)), colour))
  })
  traces.push(...keptMark(moment))
  const guess = run.about.guess ?? (run.scene?.classes?.length ? 1 / run.scene.classes.length : null)
  if (guess) {
    traces.unshift({ x: [0, run.row.steps], y: [guess, guess], mode: "lines", name: "Guessing", line: { color: theme.soft, width: 1, dash: "dot" }, hoverinfo: "skip" })
    notes.push({ text: `Guessing`, y: guess, colour: theme.soft })
  }
  return { traces, notes }
}

/** A series whose points say what they stand on, where that is known. */
function honest(run, name) {
  const series = run.series.get(name)
  if (!series || series.kind === "measured") return series
  return { ...series, told: series.steps.map(step => accuracy(run, name, step)) }
}

/** The network that a validator has picked until now, as a star on the target's curve. */
function keptMark({ run, until, theme }) {
  const kept = keptAt(run, until)
  const y = kept && run.value("target_accuracy", kept.step)
  if (y == null) return []
  return [{
    x: [kept.step], y: [y], mode: "markers", name: "Kept", cliponaxis: false, hovertemplate: `${kept.words}.${kept.graded}<extra></extra>`,
    marker: { symbol: "star", size: 13, color: theme.ground, line: { color: theme.ink, width: 1.75 } },
  }]
}

/** What happened on the way, as marks on the axis of steps at the height `y`: phases, and the network that is kept. */
export function eventMarks({ run, until, theme }, y) {
  const kept = keptAt(run, until)
  const events = run.phases.filter(({ step }) => step <= until).map(({ step, begins }) => ({ step, words: begins, said: `from here: ${begins}` }))
  if (kept) events.push({ step: kept.step, words: "☆", said: kept.words })
  if (!events.length) return { traces: [], names: [] }
  events.sort((a, b) => a.step - b.step)
  const near = k => k > 0 && events[k].step - events[k - 1].step < 0.15 * run.row.steps
  events.forEach((event, k) => (event.row = near(k) ? events[k - 1].row + 1 : 0)) // a name over the one before it
  const marker = { symbol: "line-ns-open", size: 11, color: theme.ink, line: { width: 2, color: theme.ink } }
  const trace = { x: events.map(({ step }) => step), y: events.map(() => y), mode: "markers", name: "Events", cliponaxis: false, marker, customdata: events.map(({ said }) => said), hovertemplate: "%{customdata}<extra></extra>" }
  const names = events.map(({ step, words, row }) => {
    const late = step > 0.8 * run.row.steps
    const place = { x: step, yref: "paper", y: 0, xanchor: late ? "right" : "left", yanchor: "bottom", xshift: late ? -3 : 3, yshift: 2 + 13 * row }
    return { text: words, ...place, showarrow: false, font: { size: 11, color: theme.soft } }
  })
  return { traces: [trace], names }
}

export function lossLines({ run, ghost, theme }) {
  const names = [...run.series.keys()].filter(name => belongs("loss", name))
  const inks = [theme.ink, ...INKS[theme.dark ? "dark" : "light"]]
  const usual = Math.max(...names.filter(name => /loss|classification/.test(name)).map(name => height(run.series.get(name))), 0.1)
  const traces = []
  const notes = []
  names.forEach((name, k) => {
    const part = fraction(height(run.series.get(name)), usual)
    const [series, before] = [run.series.get(name), ghost?.series.get(name)].map(each => each && part > 1 ? { ...each, values: each.values.map(value => value / part), of: part } : each)
    const held = series.kind === "evaluated"
    const colour = held ? theme.ink : inks[(k + 1) % inks.length]
    const dash = name.startsWith("target") ? "dash" : "solid"
    const words = part > 1 ? `${heading(title(name))} ÷ ${part}` : title(name)
    traces.push(...line(before, `${title(name)}, ghost`, theme.soft, "dot", 1.2), ...smoothed(series, words, colour, dash, held ? 2.25 : 1.75))
    notes.push(...note(series, heading(words), colour))
  })
  return { traces, notes }
}

/** How high a curve reaches, but for its few highest points. */
function height({ values }) {
  const sorted = values.filter(Number.isFinite).map(Math.abs).sort((a, b) => a - b)
  return sorted.length ? sorted[Math.floor(0.95 * (sorted.length - 1))] : 0
}

/** The power of ten by which a curve that is far above the losses is divided: one axis would hide either. */
const fraction = (high, usual) => (high > FAR * usual ? 10 ** Math.ceil(Math.log10(high / (2 * usual))) : 1)

function smoothed(series, words, colour, dash, width) {
  if (series.steps.length <= SMOOTH_FROM) return line(series, words, colour, dash, width)
  return [...line(series, words, colour, dash, 1, 0.22), ...line({ ...series, values: smooth(series.values) }, `${words}, smoothed`, colour, dash, width)]
}

function line(series, name, color, dash, width, opacity = 1) {
  if (!series?.steps.length) return []
  const told = series.told ? { customdata: series.told, hovertemplate: "%{customdata}" } : series.of ? { customdata: series.values.map(value => value * series.of), hovertemplate: "%{customdata:.4g}" } : {}
  return [{ x: series.steps.slice(), y: series.values.slice(), mode: "lines", name, opacity, line: { color, dash, width, shape: "linear" }, ...told }]
}

function note(series, words, colour) {
  return series?.steps.length ? [{ text: words, y: series.values[series.values.length - 1], colour }] : []
}

/** Names at the line ends, pushed apart where they would lie on one another; pressing one hides its line. */
export function named(notes, [low, high], log, height, hidden) {
  const place = y => (log ? Math.log10(Math.max(y, 10 ** low)) : y)
  const dots = y => ((Math.min(Math.max(place(y), low), high) - low) / (high - low)) * height
  const sorted = notes.filter(({ y }) => Number.isFinite(y)).map(note => ({ ...note, at: dots(note.y) })).sort((a, b) => a.at - b.at)
  for (let k = 1; k < sorted.length; k++) sorted[k].at = Math.max(sorted[k].at, sorted[k - 1].at + LINE)
  for (let k = sorted.length - 1; k >= 0; k--) sorted[k].at = Math.min(sorted[k].at, height - LINE * (sorted.length - 1 - k))
  return sorted.map(({ text, at, colour }) => ({
    text, xref: "paper", yref: "paper", x: 1.015, y: at / height, xanchor: "left", yanchor: "middle", showarrow: false, font: { size: 12, color: colour },
    captureevents: true, opacity: hidden.has(text) ? 0.4 : 1,
  }))
}

/** What of the losses is in sight: all of them, but for the odd few far above the others. */
export function inSight(traces, log) {
  const [ghosts, own] = [true, false].map(past => traces.filter(({ name }) => / ghost$/.test(name) === past).map(({ y }) => y.filter(value => Number.isFinite(value) && (!log || value > 0)).sort((a, b) => a - b)).filter(y => y.length))
  const reach = y => y[Math.floor(0.95 * (y.length - 1))]
  const usualOwn = Math.max(...own.map(reach))
  const columns = own.length ? [...own, ...ghosts.filter(y => reach(y) <= FAR * usualOwn)] : ghosts // what exploded before flattens nothing
  const values = columns.flat().sort((a, b) => a - b)
  if (!values.length) return { range: log ? [-3, 1] : [0, 1], above: 0 }
  const most = values[values.length - 1]
  const usual = Math.max(...columns.map(reach))
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
