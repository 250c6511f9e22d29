// What only this technique has to show: matrices, bars, meters, histograms and galleries, each with its explanation.

import { classColours } from "./colours.js"
import { definition, h, mark, tableTwin, text } from "./elements.js"
import { drawThumb } from "./point_card.js"
import { small } from "./words.js"

const NUMBERS = 12 // rows or columns up to which a matrix shows its numbers
const MANY = 6 // rows from which they stand closer
const SIDE = { gallery: 3, matrix: 2 } // how much room a kind wants beside the others

export class Exhibits {
  #views = new Map() // title → View
  #run = null

  constructor(holder) {
    this.row = h("div", { class: "tl-exhibits-row" })
    this.larger = h("button", { type: "button", class: "tl-link", "aria-pressed": "false" }, "Larger")
    this.card = h("section", { class: "tl-panel tl-exhibits", "aria-label": "Its own views", hidden: true }, this.row, this.larger)
    this.larger.onclick = () => {
      const on = this.larger.getAttribute("aria-pressed") !== "true"
      this.larger.setAttribute("aria-pressed", String(on))
      mark(holder, "data-exhibits", on ? "larger" : "")
    }
    this.holder = holder
    holder.append(this.card)
  }

  /** Each exhibit as it was at the moment's step. */
  show({ run, live, step, theme }) {
    if (run !== this.#run) {
      this.#run = run
      this.#views.clear()
      this.row.replaceChildren()
    }
    const shown = run.exhibitsAt(live ? Infinity : step)
    this.card.hidden = !shown.length
    mark(this.holder, "data-has-exhibits", shown.length > 0)
    for (const { title, kind, look, from } of shown) {
      if (!this.#views.has(title)) {
        const view = new View(title, kind, () => this.#run?.about.exhibits?.[title])
        this.#views.set(title, view)
        this.row.append(view.element)
      }
      this.#views.get(title).show(look, from, theme)
    }
  }
}

/** One exhibit under its title; `words` gives what it means. */
class View {
  #look = null
  #dark = null

  constructor(title, kind, words) {
    this.kind = KINDS[kind] ?? KINDS.unknown
    this.title = title
    this.body = h("div", { class: `tl-exhibit-body tl-of-${kind}` })
    this.element = h("figure", { class: "tl-exhibit", "data-kind": kind, role: "group", "aria-label": title, style: `flex-grow: ${SIDE[kind] ?? 1}` }, this.body)
    this.twin = tableTwin(this.element, this.body, () => (this.#look ? this.kind.rows(this.#look) : [[title]]))
    const [button, box] = definition(title, () => [[title, words() ?? "This view has no explanation yet."]], title)
    button.title = `${words() ?? ""} Click to keep it in sight.`.trim()
    this.element.prepend(h("div", { class: "tl-title" }, h("h4", {}, button), box, h("span", { class: "tl-tools" }, this.twin.button)))
  }

  show(look, from, theme) {
    if (look === this.#look && theme.dark === this.#dark && look) return
    Object.assign(this, { theme })
    this.#look = look
    this.#dark = theme.dark
    if (!look) {
      this.body.replaceChildren(h("p", { class: "tl-soft" }, `From step ${from} on.`))
      return
    }
    this.kind.draw(this.body, look, theme)
    mark(this.body, "role", "img")
    mark(this.body, "aria-label", `${this.title}: ${this.kind.say(look)}`)
    mark(this.element, "data-step", look.step)
    this.twin.fill()
  }
}

/** How each kind is drawn into a body, said in a sentence, and written as a table. */
const KINDS = {
  matrix: {
    draw(body, { rows, columns, low, high, values: { data } }, theme) {
      const numbers = Math.max(rows.length, columns.length) <= NUMBERS
      const cell = (value, r, c) => {
        const { ground, ink } = heat(value, low, high, theme)
        const shown = h("td", { style: `background:${ground};color:${ink}`, title: `${rows[r]} · ${columns[c]}: ${small(value)}` })
        if (numbers) shown.append(plain(value))
        return shown
      }
      const head = h("tr", {}, h("td"), ...columns.map(name => h("th", { scope: "col", title: name }, numbers ? name : "")))
      const lines = rows.map((name, r) => h("tr", {}, h("th", { scope: "row", title: name }, name), ...columns.map((_, c) => cell(data[r * columns.length + c], r, c))))
      const scale = h("div", { class: "tl-heat" }, h("span", {}, plain(low)), h("i", { style: `background:linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(at => heat(low + at * (high - low), low, high, theme).ground).join(", ")})` }), h("span", {}, plain(high)))
      body.replaceChildren(h("table", { "data-numbers": numbers, "data-many": rows.length > MANY }, head, ...lines), scale)
    },
    say: ({ rows, columns, values: { data } }) => sentence(rows.flatMap((name, r) => columns.map((other, c) => [`${name} and ${other}`, data[r * columns.length + c]]))),
    rows: ({ rows, columns, values: { data } }) => [["", ...columns], ...rows.map((name, r) => [name, ...columns.map((_, c) => small(data[r * columns.length + c]))])],
  },

  bars: {
    draw(body, { names, series, unit, values: { data } }, theme) {
      const finite = [...data].filter(Number.isFinite)
      const [low, high] = [Math.min(0, ...finite), Math.max(0, ...finite) || 1]
      const at = value => (100 * (value - low)) / (high - low)
      const colours = classColours(Math.max(series.length, 2), theme.dark)
      const bar = (k, n) => {
        const value = data[k * names.length + n]
        const [from, to] = [Math.min(at(0), at(value)), Math.max(at(0), at(value))]
        return h("div", { class: "tl-one", title: `${names[n]}, ${series[k]}: ${amount(value, unit)}` },
          h("i", { "data-series": String(k % 3), style: `left:${from}%;width:${to - from}%;--tl-bar:${colours[k % colours.length]}` }))
      }
      const rows = names.map((name, n) => [
        h("span", { class: "tl-name", title: name }, name),
        h("div", { class: "tl-many" }, ...series.map((_, k) => bar(k, n))),
        h("span", { class: "tl-amount" }, series.map((_, k) => amount(data[k * names.length + n], "")).join(" · ")),
      ])
      const key = series.length > 1 ? h("div", { class: "tl-key-line" }, ...series.map((name, k) => h("span", {}, h("i", { "data-series": String(k % 3), style: `--tl-bar:${colours[k % colours.length]}` }), name))) : h("div", { class: "tl-key-line" }, h("span", {}, [series[0], unit && `in ${unit}`].filter(Boolean).join(", ")))
      body.replaceChildren(h("div", { class: "tl-bars-grid" }, ...rows.flat()), key)
    },
    say: ({ names, series, unit, values: { data } }) => sentence(names.flatMap((name, n) => series.map((each, k) => [series.length > 1 ? `${name} (${each})` : name, data[k * names.length + n]])), unit),
    rows: ({ names, series, unit, values: { data } }) => [["", ...series.map(name => (unit ? `${name} (${unit})` : name))], ...names.map((name, n) => [name, ...series.map((_, k) => small(data[k * names.length + n]))])],
  },

  meter: {
    draw(body, { value, low, high, healthy, unit }) {
      const at = number => `${100 * Math.min(1, Math.max(0, (number - low) / (high - low || 1)))}%`
      const far = Math.abs(value - healthy) / (high - low || 1)
      const sign = far <= 0.1 ? "●" : far <= 0.35 ? "◐" : "○"
      const track = h("div", { class: "tl-meter" }, h("div", { class: "tl-fill", style: `width:${at(value)};background:var(--tl-accent)` }), h("div", { class: "tl-null", style: `left:${at(healthy)}` }))
      body.replaceChildren(
        h("div", {}, h("span", { class: "tl-strong" }, `${sign} ${amount(value, unit)}`), h("span", { class: "tl-soft" }, `  ┆ should be ${amount(healthy, unit)}`)),
        track, h("div", { class: "tl-scale" }, h("span", {}, amount(low, unit)), h("span", {}, amount(high, unit))))
    },
    say: ({ value, low, high, healthy, unit }) => `${amount(value, unit)} on a scale from ${plain(low)} to ${plain(high)}; it should be ${amount(healthy, unit)}.`,
    rows: ({ value, low, high, healthy, unit }) => [["", unit || "Value"], ["Now", plain(value)], ["Should be", plain(healthy)], ["Scale", `${plain(low)} to ${plain(high)}`]],
  },

  histogram: {
    draw(body, { mark: at, unit, edges: { data: edges }, counts: { data: counts } }) {
      const [low, high] = [edges[0], edges[edges.length - 1]]
      const most = Math.max(...counts, 1e-9)
      const x = value => (100 * (value - low)) / (high - low || 1)
      const bars = [...counts].map((count, k) => `<rect x="${x(edges[k]) + 0.15}" width="${Math.max(0.1, x(edges[k + 1]) - x(edges[k]) - 0.3)}" y="${40 * (1 - count / most)}" height="${(40 * count) / most}"><title>${small(edges[k])} to ${small(edges[k + 1])}: ${small(count)}</title></rect>`).join("")
      const line = at == null || at < low || at > high ? "" : `<path d="M${x(at)} -1V41" vector-effect="non-scaling-stroke"/>`
      const plot = h("div", { class: "tl-hist" })
      plot.innerHTML = `<svg viewBox="0 -2 100 43" preserveAspectRatio="none" aria-hidden="true">${bars}${line}</svg>`
      const note = at == null ? null : h("span", { class: "tl-soft" }, `┆ ${amount(at, unit)}`)
      body.replaceChildren(plot, h("div", { class: "tl-scale" }, h("span", {}, amount(low, unit)), note, h("span", {}, amount(high, unit))))
    },
    say({ mark: at, unit, edges: { data: edges }, counts: { data: counts } }) {
      const total = counts.reduce((sum, count) => sum + count, 0) || 1
      const k = counts.indexOf(Math.max(...counts))
      const most = `${Math.round((100 * counts[k]) / total)} % between ${plain(edges[k])} and ${amount(edges[k + 1], unit)}`
      return `from ${plain(edges[0])} to ${amount(edges[edges.length - 1], unit)}; ${most}${at == null ? "" : `; the mark is at ${plain(at)}`}.`
    },
    rows: ({ unit, edges: { data: edges }, counts: { data: counts } }) => [[unit ? `From (${unit})` : "From", "To", "Count"], ...[...counts].map((count, k) => [small(edges[k]), small(edges[k + 1]), small(count)])],
  },

  gallery: {
    draw(body, { rows, ...arrays }) {
      body.replaceChildren(...rows.map(({ label, captions, marks }, r) => {
        const images = arrays[`images/${r}`]
        const figures = captions.map((caption, k) => {
          const picture = h("canvas", { "aria-hidden": "true" })
          if (images && k < images.shape[0]) drawThumb(picture, images, k)
          const sign = { 1: "✓ ", "-1": "✕ " }[marks[k]] ?? ""
          return h("span", { class: "tl-tile", "data-mark": String(marks[k] ?? 0) }, picture, h("span", {}, sign + caption))
        })
        return h("div", { class: "tl-gallery-row" }, h("span", { class: "tl-soft" }, label), h("div", { class: "tl-tiles" }, ...figures))
      }))
    },
    say: ({ rows }) => rows.map(({ label, captions, marks }) => {
      const right = marks.filter(each => each === 1).length
      const graded = marks.filter(each => each !== 0).length
      return `${label}: ${graded ? `${right} of ${graded} right` : `${captions.length} images`}`
    }).join("; ") + ".",
    rows: ({ rows }) => [["Row", "Image", "Mark"], ...rows.flatMap(({ label, captions, marks }) => captions.map((caption, k) => [label, caption, { 1: "right", "-1": "wrong" }[marks[k]] ?? ""]))],
  },

  unknown: { draw: body => body.replaceChildren(h("p", { class: "tl-soft" }, "This page does not know how to draw this view.")), say: () => "not drawn.", rows: () => [["Not drawn"]] },
}

const plain = value => (Number.isInteger(value) ? String(value).replace("-", "\u2212") : small(value))
const amount = (value, unit) => [plain(value), unit].filter(Boolean).join("\u202f")

/** The first few of many named numbers, for who does not see the drawing. */
function sentence(pairs, unit = "") {
  const told = pairs.slice(0, 6).map(([name, value]) => `${name} ${amount(value, unit)}`)
  return told.join(", ") + (pairs.length > 6 ? `, and ${pairs.length - 6} more in the table.` : ".")
}

/** A cell's colours: blue below nothing and orange above it, or one colour growing stronger from `low`. */
function heat(value, low, high, { dark, ground }) {
  if (!Number.isFinite(value)) return { ground: "transparent", ink: "inherit" }
  const both = low < 0 && high > 0
  const share = both ? Math.abs(value) / (value < 0 ? -low : high) : (value - low) / (high - low || 1)
  const strength = Math.round(100 * Math.min(1, Math.max(0, share)) * (dark ? 0.75 : 0.85))
  const colour = both && value >= 0 ? "#f59322" : "#0877bd"
  return { ground: `color-mix(in srgb, ${colour} ${strength}%, ${ground})`, ink: strength > 55 && colour === "#0877bd" ? "#fff" : strength > 45 ? "#111" : "inherit" }
}
