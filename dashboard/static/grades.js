// What one accuracy hides: is the network as often right as it says, and is it right in every group?

import { classColours } from "./colours.js"
import { h, mark, text } from "./elements.js"
import { between } from "./honest.js"
import { count, percent, title } from "./words.js"

const SIDES = ["source", "target"]
const SHAPES = { source: "circle", target: "diamond" }
const MARGIN = { left: 46, right: 14, top: 10, bottom: 40 }
const SIZE = 460 // pixels, at most

export class Grades {
  #moment = null

  constructor(holder) {
    this.message = h("p", { class: "tl-soft" })
    this.diagram = h("figure", { class: "tl-reliability", role: "group", "aria-label": "Reliability" })
    this.groups = h("figure", { class: "tl-groups", role: "group", "aria-label": "Accuracy by group" })
    this.element = h("div", { class: "tl-grades" }, this.message, this.diagram, this.groups)
    holder.append(this.element)
  }

  show(moment) {
    const look = gradesAt(moment)
    const same = look && look === this.#moment?.look && moment.theme.dark === this.#moment.theme.dark
    this.#moment = { ...moment, look }
    this.message.hidden = !!look
    text(this.message, look ? "" : wanting(moment))
    this.diagram.hidden = !look
    this.groups.hidden = !look?.groups
    if (!look || same) return
    this.#reliability(look, moment.theme)
    if (look.groups) this.#bars(look, moment.theme)
  }

  /** Both drawings as one table. */
  rows() {
    const look = this.#moment?.look
    if (!look) return [["Domain", "Answers", "Certainty", "Right", "95 % interval", "n"]]
    const points = SIDES.flatMap(side => pointsOf(look, side).map(each => [flag(side), "of one certainty", percent(each.certain), percent(each.right), between(each), each.n]))
    const bars = (look.groups ?? []).flatMap((name, k) => SIDES.map(side => [side, groupOf(look, side, k)]).filter(([, each]) => each).map(([side, each]) => [flag(side), name, "", percent(each.right), between(each), each.n]))
    return [["Domain", "Answers", "Certainty", "Right", "95 % interval", "n"], ...points, ...bars]
  }

  #reliability(look, theme) {
    const inner = SIZE - MARGIN.left - MARGIN.right
    const x = share => MARGIN.left + share * inner
    const y = share => MARGIN.top + (1 - share) * (SIZE - MARGIN.top - MARGIN.bottom)
    const ticks = [0, 0.25, 0.5, 0.75, 1].map(at => `<path class="tl-grid" d="M${x(at)} ${y(0)}V${y(1)}M${x(0)} ${y(at)}H${x(1)}"/><text x="${x(at)}" y="${y(0) + 16}" text-anchor="middle">${100 * at}%</text><text x="${x(0) - 6}" y="${y(at) + 4}" text-anchor="end">${100 * at}%</text>`)
    const colours = classColours(2, theme.dark)
    const marks = SIDES.map((side, k) => {
      const points = pointsOf(look, side)
      const line = `<polyline points="${points.map(each => `${x(each.certain)},${y(each.right)}`).join(" ")}" stroke="${colours[k]}" stroke-dasharray="${side === "target" ? "5 4" : "none"}"/>`
      return line + points.map(each => {
        const said = `${side}: ${percent(each.certain)} certain, ${percent(each.right)} right (${between(each)}, n ${each.n})`
        const [px, py] = [x(each.certain), y(each.right)]
        const shape = side === "source" ? `<circle cx="${px}" cy="${py}" r="5" fill="${colours[k]}"/>` : `<path d="M${px} ${py - 6.5}l6.5 6.5l-6.5 6.5l-6.5 -6.5z" fill="${theme.ground}" stroke="${colours[k]}" stroke-width="2"/>`
        return `<g><title>${said}</title><path d="M${px} ${y(each.low)}V${y(each.high)}" stroke="${colours[k]}" stroke-width="1.5"/>${shape}</g>`
      }).join("")
    })
    const plot = h("div", { class: "tl-diagram", role: "img", "aria-label": `Reliability. ${SIDES.map(side => `${title(side)}: ${eceOf(look, side)}`).join(". ")}.` })
    plot.innerHTML = `<svg viewBox="0 0 ${SIZE} ${SIZE}" aria-hidden="true">${ticks.join("")}<path class="tl-diagonal" d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}"/>${marks.join("")}<text x="${x(0.5)}" y="${SIZE - 4}" text-anchor="middle">How sure it is, on average</text></svg>`
    this.diagram.replaceChildren(
      h("div", { class: "tl-title" }, h("h4", {}, "Right, by how sure it is")), plot,
      key(SIDES.map((side, k) => [`${flag(side)}: ${eceOf(look, side)}`, colours[k], side])))
    mark(this.diagram, "data-step", look.step)
  }

  #bars(look, theme) {
    const colours = classColours(2, theme.dark)
    const worst = Object.fromEntries(SIDES.map(side => [side, worstOf(look, side)]))
    const rows = look.groups.map((name, k) => ({ name, k })).filter(({ k }) => SIDES.some(side => groupOf(look, side, k))).flatMap(({ name, k }) => [
      h("span", { class: "tl-name", title: name }, name),
      h("div", { class: "tl-many" }, ...SIDES.map((side, s) => bar(groupOf(look, side, k), name, side, colours[s], s))),
      h("span", { class: "tl-amount" }, SIDES.map(side => percent(groupOf(look, side, k)?.right)).join(" · ")),
    ])
    const said = SIDES.filter(side => worst[side]).map(side => `${flag(side)}: ${worst[side].name}, ${percent(worst[side].right)} (${between(worst[side])}, n ${worst[side].n})`)
    const grid = h("div", { class: "tl-bars-grid", role: "img", "aria-label": `Accuracy by class and ${look.factor}. Worst group, ${said.join("; ")}.` }, ...rows)
    this.groups.replaceChildren(
      h("div", { class: "tl-title" }, h("h4", {}, `Right, by class and ${look.factor}`)),
      h("p", { class: "tl-soft" }, `Worst group, ${said.join("; ")}.`), grid, key(SIDES.map((side, s) => [flag(side), colours[s], side])))
  }
}

/** The grades as they were told last until the moment's step. */
export function gradesAt({ run, until }) {
  return run.grades.findLast(look => look.step <= until) ?? null
}

const flag = side => (side === "target" ? "target ⚑" : side)

function wanting({ run }) {
  if (run.about.answers === "clusters" || run.about.exam === "episodes") return "Its answers have no lasting classes, so nothing is graded by certainty or by group."
  return run.ended ? "The grades of this run were not told apart. Run it again to see them." : "The first grades come after a sixth of the steps."
}

function pointsOf(look, side) {
  const table = look[`reliability/${side}`]
  if (!table) return []
  return Array.from({ length: table.shape[0] }, (_, row) => {
    const [certain, right, low, high, n] = table.data.slice(5 * row, 5 * row + 5)
    return { certain, right, low, high, n: Math.round(n) }
  })
}

function groupOf(look, side, k) {
  const [right, low, high, n] = look[`groups/${side}`]?.data.slice(4 * k, 4 * k + 4) ?? []
  return Number.isFinite(right) ? { name: look.groups[k], right, low, high, n: Math.round(n) } : null
}

const worstOf = (look, side) => look.groups.map((_, k) => groupOf(look, side, k)).filter(Boolean).sort((a, b) => a.right - b.right)[0]

const eceOf = (look, side) => (look[`ece_${side}`] == null ? "not told" : `ECE ${(100 * look[`ece_${side}`]).toFixed(1)} %, n ${count(look[`items_${side}`])}`)

function bar(each, name, side, colour, k) {
  if (!each) return h("div", { class: "tl-one" })
  return h("div", { class: "tl-one", title: `${name}, ${side}: ${percent(each.right)} (${between(each)}, n ${each.n})` },
    h("i", { "data-series": String(k), style: `left:0;width:${100 * each.right}%;--tl-bar:${colour}` }),
    h("b", { style: `left:${100 * each.low}%;width:${100 * (each.high - each.low)}%` }))
}

function key(entries) {
  return h("div", { class: "tl-key-line" }, ...entries.map(([words, colour, side]) => h("span", {}, h("i", { "data-series": side === "target" ? "1" : "0", "data-shape": SHAPES[side], style: `--tl-bar:${colour}` }), words)))
}
