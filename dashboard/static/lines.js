// What the two charts show: traces, the names at their ends, and how much of the losses is in sight.

import { title } from "./words.js"

const SMOOTH_FROM = 200 // points
const LINE = 15 // pixels between two names at the line ends

export const belongs = (what, name) => /accuracy/.test(name) === (what === "accuracy")

/** The name that stands at a line's end: that of its smoothed form and of its ghost as well. */
export const heading = name => name.split(",")[0].replace(/ loss$/, "")

export function accuracyLines({ run, ghost, theme }) {
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

export function lossLines({ run, ghost, theme }) {
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
    notes.push(...note(series, heading(title(name)), colour))
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
