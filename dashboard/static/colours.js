// The registry of colours and marks: class = colour, domain = shape and line style, lines = ink.

const OKABE_ITO = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
const TOL_MUTED = ["#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#661100"]
const GREY = "#8a8f98"
export const MOST_COLOURS = TOL_MUTED.length // of more classes, only the one that is pointed at has a colour
export const POINTED_AT = OKABE_ITO[1]
// On a dark ground Tol's darkest colours drop below 3:1. These pass, and whoever confuses colours still tells them apart:
// tests/dashboard/test_palettes.py.
const TOL_ON_DARK = {
  "#332288": "#6a77fe", "#117733": "#34d02c", "#999933": "#86a95d", "#CC6677": "#e37390", "#882255": "#9b4872",
  "#AA4499": "#9776b2", "#661100": "#b1431e"
}

/** How far the domains are apart, by the levels of dashboard/verdict.py. */
export const GAP = {
  same: { colour: "#0072B2", icon: "●" }, partly: { colour: "#56B4E9", icon: "◐" },
  clear: { colour: "#E69F00", icon: "◔" }, apart: { colour: "#D55E00", icon: "○" }, unsure: { colour: GREY, icon: "?" },
}

/** The theme as it is now, from Streamlit's variables. */
export function theme(element) {
  const style = getComputedStyle(element)
  const read = (name, otherwise) => style.getPropertyValue(`--st-${name}`).trim() || otherwise
  const ground = read("background-color", "#ffffff")
  const dark = luminance(ground) < 0.3
  return {
    dark, ground, ink: read("text-color", dark ? "#fafafa" : "#262730"), font: read("font", "sans-serif"),
    primary: read("primary-color", "#0072B2"),
    faint: dark ? "rgba(255,255,255,.12)" : "rgba(20,24,33,.10)", soft: dark ? "#a3a8b4" : "#6b7280",
  }
}

/** Colours of `count` classes. */
export function classColours(count, dark) {
  if (count <= OKABE_ITO.length) return OKABE_ITO.slice(0, count)
  if (count > TOL_MUTED.length) return Array(count).fill(GREY)
  return TOL_MUTED.slice(0, count).map(colour => (dark && TOL_ON_DARK[colour]) || colour)
}

/** Red, green and blue of any CSS colour, 0 to 255. */
export function rgb(colour) {
  const pen = document.createElement("canvas").getContext("2d")
  pen.fillStyle = colour
  pen.fillRect(0, 0, 1, 1)
  return pen.getImageData(0, 0, 1, 1).data
}

function luminance(colour) {
  const [red, green, blue] = rgb(colour)
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
}
