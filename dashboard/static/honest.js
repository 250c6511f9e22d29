// What an accuracy stands on: its 95 % interval, of how many held-out images, and whether target labels graded it.

import { count, percent } from "./words.js"

const Z = 1.959963984540054 // as in tlcore/intervals.py

/** Wilson's score interval of a share of so many images. */
export function wilson(share, count) {
  const centre = share + Z ** 2 / (2 * count)
  const half = Z * Math.sqrt((share * (1 - share)) / count + Z ** 2 / (4 * count ** 2))
  return [(centre - half) / (1 + Z ** 2 / count), (centre + half) / (1 + Z ** 2 / count)]
}

/** The interval of a run's accuracy at a step, and of how many images; null where nothing was told of that. */
export function sure(run, name, step = Infinity) {
  const share = run.value(name, step)
  if (share == null) return null
  const half = name === "target_accuracy" ? run.value("target_interval", step) : null
  if (half != null) return { low: Math.max(0, share - half), high: Math.min(1, share + half), items: null }
  const items = run.value(name.replace(/accuracy$/, "items"), step)
  if (!items || !/accuracy$/.test(name) || !run.series.has(name.replace(/accuracy$/, "items"))) return null
  const [low, high] = wilson(share, items)
  return { low, high, items }
}

export const between = ({ low, high }) => `${Math.round(100 * low)}–${percent(high)}`

/** An accuracy with what it stands on: "80 % (77–83 %, n 600)". */
export function accuracy(run, name, step = Infinity) {
  const found = sure(run, name, step)
  const said = percent(run.value(name, step))
  return found ? `${said} (${between(found)}${found.items ? `, n\u00a0${found.items}` : ""})` : said
}

/** Whether a number is graded with target labels. */
export const flagged = name => /target|seen|harmonic|unknown/.test(name)

/** The network that a validator has picked until a step: which step, and in words; null where none is picked. */
export function keptAt(run, step = Infinity) {
  const kept = run.value("kept_step", step)
  if (kept == null) return null
  const at = Math.round(kept)
  const end = step === Infinity ? run.value("kept_target_accuracy") : null
  const graded = end == null ? "" : ` Accuracy on the target ⚑ with it: ${percent(end)}.`
  return { step: at, words: `kept: step ${count(at)}, picked by ${run.about.keeps?.name ?? "a validator"}`, graded }
}
