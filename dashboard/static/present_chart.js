// Accuracy over steps for a large screen: two lines, their names, and where we are. Drawn as SVG.

import { percent } from "./words.js"

const [WIDE, HIGH, LEFT, RIGHT, TOP, BOTTOM] = [480, 400, 88, 8, 18, 44]
const NAMESPACE = "http://www.w3.org/2000/svg"

function shape(name, attributes, words = "") {
  const element = document.createElementNS(NAMESPACE, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.textContent = words
  return element
}

export class AccuracyChart {
  constructor() {
    this.element = shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "tl-scene-chart", role: "img" })
  }

  show({ run, step, until, theme, source, target }) {
    const end = Math.max(run.row.steps, 1)
    const x = at => LEFT + ((WIDE - LEFT - RIGHT) * at) / end
    const y = share => HIGH - BOTTOM - (HIGH - TOP - BOTTOM) * share
    const words = (more, said) => shape("text", { "font-size": 24, fill: theme.soft, ...more }, said)
    const parts = [0, 0.5, 1].flatMap(share => [
      shape("line", { x1: LEFT, x2: WIDE - RIGHT, y1: y(share), y2: y(share), stroke: theme.faint, "stroke-width": 1 }),
      words({ x: LEFT - 10, y: y(share) + 8, "text-anchor": "end" }, percent(share)),
    ])
    for (const [name, dash, colour] of [["source_accuracy", "", theme.soft], ["target_accuracy", "10 7", theme.ink]]) {
      const { steps = [], values = [] } = run.series.get(name) ?? {}
      const points = steps.map((at, k) => [at, values[k]]).filter(([at, value]) => at <= until && value != null)
      parts.push(shape("polyline", {
        points: points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
        fill: "none", stroke: colour, "stroke-width": 3.5, "stroke-dasharray": dash, "stroke-linejoin": "round",
      }))
    }
    parts.push(shape("line", { x1: x(step), x2: x(step), y1: TOP, y2: HIGH - BOTTOM, stroke: theme.ink, "stroke-width": 1.5, opacity: 0.5 }))
    parts.push(words({ x: LEFT, y: HIGH - 10 }, "─ source"), words({ x: LEFT + 130, y: HIGH - 10, fill: theme.ink }, "┄ target"))
    parts.push(words({ x: WIDE - RIGHT, y: HIGH - 10, "text-anchor": "end" }, `step ${step}`))
    this.element.setAttribute("aria-label", `Accuracy until step ${step}: source ${percent(source)}, target ${percent(target)}`)
    this.element.replaceChildren(...parts)
  }
}
