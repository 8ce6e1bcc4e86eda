// The SHA-256 of files, in slices as they are read.
"use strict";

// SHA-256 in slices: the browser's own digest wants the whole file in memory and a secure origin.
class Sha256 {
  static K = Sha256.constants();

  static constants() {
    const primes = [];
    for (let n = 2; primes.length < 64; n += 1) {
      if (primes.every((p) => n % p !== 0)) primes.push(n);
    }
    const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) >>> 0;
    Sha256.H = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
    return Uint32Array.from(primes, (p) => fraction(Math.cbrt(p)));
  }

  constructor() {
    this.state = Uint32Array.from(Sha256.H);
    this.words = new Uint32Array(64);
    this.rest = new Uint8Array(0);
    this.length = 0;
  }

  update(bytes) {
    this.length += bytes.length;
    let data = bytes;
    if (this.rest.length) {
      data = new Uint8Array(this.rest.length + bytes.length);
      data.set(this.rest);
      data.set(bytes, this.rest.length);
    }
    const whole = data.length - (data.length % 64);
    for (let i = 0; i < whole; i += 64) this.block(data, i);
    this.rest = data.slice(whole);
  }

  block(data, at) {
    const w = this.words;
    const k = Sha256.K;
    for (let i = 0; i < 16; i += 1) {
      const j = at + i * 4;
      w[i] = (data[j] << 24) | (data[j + 1] << 16) | (data[j + 2] << 8) | data[j + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = this.state;
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => { this.state[i] += value; });
  }

  hex() {
    const bits = this.length * 8;
    const end = new Uint8Array((this.rest.length < 56 ? 64 : 128) - this.rest.length);
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(end.length - 4, bits >>> 0);
    this.update(end);
    return Array.from(this.state, (value) => value.toString(16).padStart(8, "0")).join("");
  }
}

const SLICE = 4 * 1024 * 1024;
const AT_ONCE = 32 * 1024 * 1024; // so much may be in memory for the browser's own digest, which is quicker

async function update(digest, blob) {
  for (let at = 0; at < blob.size; at += SLICE) {
    digest.update(new Uint8Array(await blob.slice(at, at + SLICE).arrayBuffer()));
  }
}

async function sha256Of(file) {
  const subtle = typeof crypto === "undefined" ? null : crypto.subtle; // not there on an origin without TLS
  if (subtle && file.size <= AT_ONCE) {
    const bytes = new Uint8Array(await subtle.digest("SHA-256", await file.arrayBuffer()));
    return Array.from(bytes, (value) => value.toString(16).padStart(2, "0")).join("");
  }
  const digest = new Sha256();
  await update(digest, file);
  return digest.hex();
}

if (typeof module !== "undefined") module.exports = { Sha256, sha256Of, update };
