// Packets from the feed: see dashboard/packets.py and tlcore/runs/encoding.py.

const TYPES = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, uint32: Uint32Array,
  int32: Int32Array, int64: BigInt64Array, float32: Float32Array, float64: Float64Array,
}

/** The head of a packet, with its arrays as `head.arrays[name] = {data, shape}` over the same buffer. */
export function unpack(buffer) {
  const start = 4 + new DataView(buffer).getUint32(0, true)
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, start - 4)))
  const arrays = {}
  for (const { name, dtype, shape, offset } of head.arrays) {
    const count = shape.reduce((product, size) => product * size, 1)
    arrays[name] = { data: new TYPES[dtype](buffer, start + offset, count), shape }
  }
  return { ...head, arrays }
}

/** A recording: [uint32 milliseconds, uint32 length, packet] again and again. */
export function* recorded(buffer) {
  const view = new DataView(buffer)
  for (let at = 0; at + 8 <= buffer.byteLength;) {
    const length = view.getUint32(at + 4, true)
    yield { at: view.getUint32(at, true), packet: unpack(buffer.slice(at + 8, at + 8 + length)) }
    at += 8 + length
  }
}
