// A small picture of what there is to choose from: one dot an option, placed by two of its numbers.

const NS = "http://www.w3.org/2000/svg"
const [WIDE, HIGH, LEFT, LOW] = [500, 150, 34, 24] // of the picture, in its own units; room for the axes' numbers

/** `data` is {x: {label, log}, y: {label}}, `items` have a place `at: [x, y]`; those without one are left out. */
export class Scatter {
  constructor(data, items, onpick, onpoint) {
    this.items = items.filter(({ at }) => at)
    this.root = node("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "tc-scatter", role: "img", "aria-label": `${data.y.label} against ${data.x.label} of ${this.items.length} to choose from; the list below has them all.` })
    const scale = value => (data.x.log ? Math.log10(value) : value)
    const [xs, ys] = [this.items.map(({ at }) => scale(at[0])), this.items.map(({ at }) => at[1])]
    const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
    const x = value => LEFT + 8 + ((scale(value) - left) / (right - left || 1)) * (WIDE - LEFT - 90)
    const y = value => HIGH - LOW - 6 - ((value - low) / (high - low || 1)) * (HIGH - LOW - 26)
    this.root.append(node("path", { class: "tc-axis", d: `M${LEFT} 12V${HIGH - LOW}H${WIDE - 6}` }))
    this.root.append(words(WIDE - 6, HIGH - 3, data.x.label, "end"), words(LEFT - 28, 9, data.y.label, "start"))
    for (const value of ticks(low, high)) this.root.append(words(LEFT - 5, y(value) + 3.5, String(value), "end"))
    for (const value of data.x.log ? decades(left, right) : []) this.root.append(words(x(value), HIGH - LOW + 12, short(value), "middle"))
    this.dots = new Map(this.items.map(item => {
      const dot = node("circle", { class: "tc-dot", cx: x(item.at[0]), cy: y(item.at[1]), r: 4.5 })
      dot.append(node("title", {}))
      dot.firstChild.textContent = `${item.title}: ${item.said}`
      dot.onclick = () => onpick(item.key)
      dot.onpointermove = () => onpoint(item.key)
      this.root.append(dot)
      return [item.key, dot]
    }))
    this.name = words(0, 0, "", "start")
    this.name.setAttribute("class", "tc-dot-name")
    this.root.append(this.name)
  }

  /** Which dot is chosen, which one is pointed at, and which ones the search has left. */
  mark(chosen, active, left) {
    for (const [key, dot] of this.dots) {
      dot.dataset.state = [key === chosen && "chosen", key === active && "active", !left.has(key) && "out"].filter(Boolean).join(" ")
    }
    const key = this.dots.has(active) ? active : chosen
    const dot = this.dots.get(key)
    this.name.textContent = dot ? this.items.find(item => item.key === key).title : ""
    if (!dot) return
    const right = dot.cx.baseVal.value > WIDE - 150
    this.name.setAttribute("x", dot.cx.baseVal.value + (right ? -9 : 9))
    this.name.setAttribute("y", dot.cy.baseVal.value - 6)
    this.name.setAttribute("text-anchor", right ? "end" : "start")
  }
}

function node(name, attributes) {
  const element = document.createElementNS(NS, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  return element
}

function words(x, y, content, anchor) {
  const element = node("text", { x, y, "text-anchor": anchor })
  element.textContent = content
  return element
}

const ticks = (low, high) => [...new Set([Math.ceil(low / 5) * 5, Math.floor(high / 5) * 5])].filter(value => value >= low && value <= high)
const decades = (low, high) => Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, k) => 10 ** (Math.ceil(low) + k))
const short = value => (value >= 1e6 ? `${value / 1e6} M` : value >= 1e3 ? `${value / 1e3} k` : String(value))
