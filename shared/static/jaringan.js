// Asking our services and sending to the object store, from a place where the connection comes and goes.
"use strict";

const AT_ONCE_ON_THE_LINE = 3;
const SILENT_MS = 60000; // without a byte moving, a connection is taken to be dead
const LONGEST_MS = 30000;

class Away extends Error {} // no answer: later there may be one
class Again extends Error {} // an answer that says to look again at how far it is
class Gone extends Error {} // the upload is not known any more
class Stopped extends Error {} // paused or removed by the person
class Refusal extends Error {} // a sentence for the person
class LoggedOut extends Error {} // the session is over: after logging in it goes on
class Conflict extends Error { // another writing stands; `answer` has it
  constructor(answer) {
    super(answer.detail);
    this.answer = answer;
  }
}

// At most so many at once; the others wait their turn.
class Turns {
  constructor(count) {
    this.free = count;
    this.waiting = [];
  }

  async take(work) {
    if (this.free > 0) this.free -= 1;
    else await new Promise((go) => this.waiting.push(go));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}

// The browser's own way of asking and sending.
class Line {
  constructor(csrf) {
    this.csrf = csrf;
    this.turns = new Turns(AT_ONCE_ON_THE_LINE);
  }

  async ask(method, path, body) {
    const headers = { "X-CSRF-Token": this.csrf, ...(body ? { "Content-Type": "application/json" } : {}) };
    let response;
    try {
      response = await fetch(path, { method, headers, body: body && JSON.stringify(body), keepalive: method === "DELETE" });
    } catch {
      throw new Away();
    }
    if (response.status >= 500 || response.status === 429) throw new Away();
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    if (response.status === 401 || answer.title === "forged") throw new LoggedOut();
    if (response.status === 404) throw new Gone();
    if (response.status === 409) throw new Conflict(answer);
    if (answer.title === "parts-missing") throw new Again();
    throw new Refusal(answer.detail || "Berkas tidak diterima. Coba lagi nanti.");
  }

  send(method, url, body, { signal, progress }) {
    return this.turns.take(() => sendByXhr(method, url, body, { signal, progress }));
  }

  // Twice as long each time, and no longer than until the browser is on line again.
  wait(tries, signal) {
    return new Promise((go) => {
      const events = [[window, "online"], ...(signal ? [[signal, "abort"]] : [])];
      const end = () => {
        clearTimeout(timer);
        events.forEach(([target, name]) => target.removeEventListener(name, end));
        go();
      };
      const timer = setTimeout(end, Math.min(LONGEST_MS, 1000 * 2 ** tries));
      events.forEach(([target, name]) => target.addEventListener(name, end));
    });
  }
}

function sendByXhr(method, url, body, { signal, progress }) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Stopped());
      return;
    }
    const request = new XMLHttpRequest();
    let timer = null;
    const dead = () => { reject(new Away()); request.abort(); };
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(dead, SILENT_MS);
    };
    const stop = () => request.abort();
    request.open(method, url);
    request.upload.onprogress = (event) => { alive(); progress(event.loaded); };
    request.onload = () => resolve(request.status);
    request.onerror = () => reject(new Away());
    request.onabort = () => reject(new Stopped());
    request.onloadend = () => { clearTimeout(timer); signal.removeEventListener("abort", stop); };
    signal.addEventListener("abort", stop);
    alive();
    request.send(body);
  });
}

if (typeof module !== "undefined") module.exports = { Away, Again, Gone, Stopped, Refusal, LoggedOut, Conflict, Turns, Line };
