#!/usr/bin/env node
// Check an export of a Sealwell audit log without Sealwell: Node 18 or newer, nothing else.
//
//   node auditverify.mjs FILE.jsonl [--key VKEY] [--checkpoint NOTE]... [--marks KEY]... [--json]
//
// The arguments, the verdicts and their words are those of auditverify.py, which was written
// apart from this one: where both agree, no slip of one language's library decides. Here the
// curve comes from OpenSSL, there from a page of arithmetic. Exit code 0: whole; 1: not whole,
// damaged or unreadable; 2: wrong use, or a question that this export cannot answer.

import { createHash, createHmac, createPublicKey, verify as verifySignature } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, readSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

const LONGEST_LINE = 1 << 20;
const SLACK = 60000;
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);
const DOMAIN = "sealwell/audit-export/2\n";
const HEX = /^[0-9a-f]{64}$/;
const HEXES = /^[0-9a-f]{128}$/;
const PLACE = /"seq":([0-9]{1,16}),"sess":"|^\{"gap":\{"first":([0-9]{1,16}),"last":([0-9]{1,16}),/;
const NO_HEADER = /^\{"(?:hash|gap|checkpoint|closing)":/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const DAMAGED = "A line is damaged.";
const FOREIGN = "A record stands where none may be.";

const HEADER = {
  filter: "object", first: "number", last: "number", made: "number", purged: "number",
  v: "number", vault: "string", vkey: "string",
};
const CLOSING = { checkpoint: "string", records: "number", sha256: "string", signature: "string", v: "number" };
const GAP = { first: "number", last: "number", nodes: "array" };
const RECORD = {
  act: "string", actor: "string", app: "string", boot: "string", det: "object", mono: "number", obj: "string",
  outcome: "string", prev: "string", role: "string", seq: "number", sess: "string", ts: "number", v: "number",
  why: "string",
};

class Bad extends Error {
  constructor(kind, firstBad, say) {
    super(say);
    Object.assign(this, { kind, firstBad, say });
  }
}

function stop(kind, firstBad, say) {
  throw new Bad(kind, firstBad, say);
}

// --- canonical JSON (RFC 8785; whole numbers and texts only) -------------------------

function kindOf(value) {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function canonical(value) {
  switch (kindOf(value)) {
    case "string":
      if (LONE_SURROGATE.test(value)) throw new RangeError("no text");
      return JSON.stringify(value);
    case "number":
      if (!Number.isSafeInteger(value)) throw new RangeError("no whole number");
      return String(value);
    case "array":
      return `[${value.map(canonical).join(",")}]`;
    case "object":
      return `{${Object.keys(value)
        .sort()
        .map((name) => `${canonical(name)}:${canonical(value[name])}`)
        .join(",")}}`;
    default:
      return JSON.stringify(value);
  }
}

function has(tree, fields) {
  if (kindOf(tree) !== "object") return false;
  const names = Object.keys(tree);
  return (
    names.length === Object.keys(fields).length &&
    names.every((name) => Object.hasOwn(fields, name) && kindOf(tree[name]) === fields[name])
  );
}

function isFlat(tree) {
  return Object.entries(tree).every(
    // eslint-disable-next-line no-control-regex
    ([name, value]) => /^[\x00-\x7f]*$/.test(name) && ["string", "number"].includes(typeof value),
  );
}

// --- hashes, keys, signatures, notes -------------------------------------------------

function sha256(...parts) {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part);
  return sum.digest();
}

/** Only the one canonical spelling; anything else is empty. */
function unbase64(text) {
  const data = Buffer.from(text, "base64");
  return data.toString("base64") === text ? data : Buffer.alloc(0);
}

function readVkey(vkey) {
  const [name, named = "", ...rest] = vkey.split("+");
  const blob = unbase64(rest.join("+"));
  const id = sha256(name, "\n", blob).subarray(0, 4);
  if (name === "" || blob.length !== 33 || blob[0] !== 1 || id.toString("hex") !== named) return null;
  // SubjectPublicKeyInfo of an Ed25519 key (RFC 8410): a fixed beginning and the 32 bytes.
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), blob.subarray(1)]);
  return { name, id, key: createPublicKey({ key: der, format: "der", type: "spki" }) };
}

function isSigned(key, mark, data) {
  return mark.length === 64 && verifySignature(null, data, key.key, mark);
}

function readNote(note, key, bad) {
  const cut = note.lastIndexOf("\n\n");
  const text = cut < 0 ? "" : note.slice(0, cut);
  const signed = cut < 0 ? note : note.slice(cut + 2);
  const [origin, size = "", ...rest] = text.split("\n");
  const root = unbase64(rest.join("\n"));
  if (root.length !== 32 || !/^(?:0|[1-9][0-9]{0,14})$/.test(size) || !signed.endsWith("\n"))
    stop("checkpoint-forged", bad, "This is no signed checkpoint.");
  if (origin !== `${key.name}/audit`)
    stop("checkpoint-forged", bad, "The checkpoint is of another log.");
  const begin = `\u2014 ${key.name} `;
  let other = false;
  for (const line of signed.slice(0, -1).split("\n")) {
    const blob = line.startsWith(begin) ? unbase64(line.slice(begin.length)) : Buffer.alloc(0);
    if (blob.length !== 68) continue;
    if (!blob.subarray(0, 4).equals(key.id)) other = true;
    else if (isSigned(key, blob.subarray(4), Buffer.from(`${text}\n`))) return { size: Number(size), root };
  }
  if (other) stop("key-swap", 1, "A checkpoint was signed with another key than this export.");
  return stop("checkpoint-forged", bad, "The signature of a checkpoint is wrong.");
}

// --- the file, line by line ----------------------------------------------------------

/** Lines with their line feed, one buffer at a time; a line over the limit comes cut, without one. */
class Lines {
  constructor(path) {
    this.descriptor = openSync(path, "r");
    this.buffer = Buffer.alloc(2 * LONGEST_LINE + 2);
    this.start = this.end = 0;
  }

  next() {
    let from = this.start;
    for (;;) {
      const feed = this.buffer.subarray(0, this.end).indexOf(10, from);
      const limit = this.start + LONGEST_LINE + 1;
      if (feed >= 0 && feed < limit) return this.take(feed + 1);
      if (this.end >= limit) return this.take(limit);
      from = this.end;
      if (this.start > LONGEST_LINE) {
        this.buffer.copy(this.buffer, 0, this.start, this.end);
        this.end -= this.start;
        from -= this.start;
        this.start = 0;
      }
      const read = readSync(this.descriptor, this.buffer, this.end, this.buffer.length - this.end, null);
      if (read === 0) return this.take(this.end);
      this.end += read;
    }
  }

  take(to) {
    const line = Buffer.from(this.buffer.subarray(this.start, to));
    this.start = to;
    return line;
  }

  close() {
    closeSync(this.descriptor);
  }
}

class Export {
  constructor(lines, vkey, notes, marks) {
    Object.assign(this, { lines, vkey, notes, marks });
    this.sum = createHash("sha256");
    this.utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    this.size = this.shown = 0;
    this.nodes = [];
    this.prev = "0".repeat(64);
    this.older = "";
    this.boundary = this.kept = this.seen = this.pending = 0;
    this.fork = this.clock = this.remac = this.unanswered = 0;
    this.before = this.mark = null;
  }

  verify() {
    this.readHeader(this.line());
    for (;;) {
      const raw = this.line();
      if (raw.length === 0) stop("truncate", this.size + 1, "The file ends before its closing line.");
      const tree = this.load(raw, this.size + 1);
      if (Object.hasOwn(tree, "record")) this.readRecord(tree, raw);
      else if (has(tree, { gap: kindOf(tree.gap) })) this.readGap(tree.gap);
      else if (has(tree, { checkpoint: "string" })) this.readCheckpoint(tree.checkpoint);
      else if (has(tree, { closing: "object" }) && has(tree.closing, CLOSING)) {
        this.readClosing(tree.closing);
        return this.judge();
      } else stop("edit", this.size + 1, DAMAGED);
      this.sum.update(raw);
    }
  }

  line() {
    const raw = this.lines.next();
    if (raw.length > LONGEST_LINE) stop("edit", this.size + 1, DAMAGED);
    if (raw.length > 0 && raw[raw.length - 1] !== 10)
      stop("truncate", this.size + 1, "The file ends in the middle of a line.");
    return raw;
  }

  load(raw, bad) {
    try {
      const text = this.utf8.decode(raw.subarray(0, -1));
      const tree = JSON.parse(text);
      if (kindOf(tree) === "object" && canonical(tree) === text) return tree;
    } catch (error) {
      const known = error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError;
      if (!known) throw error;
    }
    return stop("edit", bad, DAMAGED);
  }

  readHeader(raw) {
    if (raw.length === 0) stop("truncate", 1, "The file is empty.");
    const begin = raw.toString("latin1");
    if (NO_HEADER.test(begin)) stop("delete", 0, "The header line is missing.");
    if (!begin.startsWith('{"header":')) stop("unreadable", null, "This is no export of an audit log.");
    const { header } = this.load(raw, 0);
    if (kindOf(header) === "object" && typeof header.v === "number" && header.v !== 2)
      stop("unreadable", null, "The version of this export is not known.");
    const key = has(header, HEADER) && isFlat(header.filter) ? readVkey(header.vkey) : null;
    if (key === null || key.name !== `sealwell.local/${header.vault}`) stop("edit", 0, DAMAGED);
    if (this.vkey !== "" && this.vkey !== header.vkey)
      stop("key-swap", 1, "The export is signed with another key.");
    this.header = header;
    this.key = key;
    const known = this.notes.map((note) => readNote(note, key, 1));
    this.witnesses = known.sort((one, two) => one.size - two.size || Buffer.compare(one.root, two.root));
    this.left = this.witnesses.filter((one) => one.size > 0);
    this.sum.update(raw);
  }

  /** Whether the records from `low` on come next; if not, what was done there. */
  place(low, hash = "") {
    const wanted = this.size + 1;
    if (low === wanted && this.pending) stop("reorder", wanted, "A checkpoint stands too early.");
    if (low < wanted) stop("insert", low === wanted - 1 && hash !== this.prev ? low : wanted, FOREIGN);
    if (low === wanted) return;
    let found = false;
    let again = false;
    for (let raw = this.lines.next(); raw.length > 0; raw = this.lines.next()) {
      const match = PLACE.exec(raw.toString("latin1"));
      if (match === null) continue;
      const first = Number(match[1] ?? match[2]);
      found ||= first <= wanted && wanted <= Number(match[1] ?? match[3]);
      again ||= first === low;
    }
    if (found && again) stop("insert", wanted, FOREIGN);
    if (found) stop("reorder", wanted, "Records stand in another order than they were written.");
    const ends = [this.pending, ...this.witnesses.map((one) => one.size)];
    if (this.boundary === wanted - 1 && ends.includes(low - 1))
      stop("segment-loss", wanted, "A whole segment between two checkpoints is missing.");
    stop("delete", wanted, "Records are missing.");
  }

  readRecord(tree, raw) {
    const wanted = this.size + 1;
    const { hash, mac, record } = tree;
    const marked = Object.hasOwn(tree, "mac");
    const hashes = [hash, marked ? mac : "0".repeat(64)];
    const texts = hashes.every((one) => typeof one === "string") && HEXES.test(hashes.join(""));
    const fits = texts && Object.keys(tree).length === (marked ? 3 : 2);
    const newer = kindOf(record) === "object" && typeof record.v === "number" && record.v !== 1;
    const known = has(record, RECORD) && isFlat(record.det);
    if (!fits || !(known || newer)) stop("edit", wanted, DAMAGED);
    // The line is canonical: what stands behind the last name is the record's own spelling.
    const leaf = sha256(LEAF, raw.subarray(raw.indexOf('"record":') + 9, -2));
    if (leaf.toString("hex") !== hash) stop("edit", wanted, "A record does not fit its hash.");
    if (newer) stop("unreadable", wanted, "The version of a record is not known.");
    this.place(record.seq, hash);
    if (this.prev !== "" && record.prev !== this.prev) {
      if (record.prev === this.older) stop("insert", wanted - 1, FOREIGN);
      stop("edit", Math.max(1, wanted - 1), "The next record links to another one.");
    }
    this.checkMark(record, hash, mac);
    this.checkClock(record);
    this.older = this.prev;
    this.prev = hash;
    this.shown += 1;
    this.append(leaf, 1);
  }

  /** Add a leaf, or the root of a subtree (RFC 6962), and meet the checkpoints given. */
  append(hashed, size) {
    this.size += size;
    let [node, below] = [hashed, size];
    while (this.nodes.length > 0 && this.nodes[this.nodes.length - 1].below === below) {
      node = sha256(NODE, this.nodes.pop().node, node);
      below *= 2;
    }
    this.nodes.push({ below, node });
    while (this.left.length > 0 && this.left[0].size <= this.size) {
      const met = this.left.shift();
      if (met.size !== this.size) this.unanswered = met.size;
      else if (!this.root().equals(met.root)) this.fork ||= this.seen + 1;
      else if (!this.fork) this.seen = met.size;
    }
  }

  root() {
    if (this.nodes.length === 0) return sha256("");
    return this.nodes.map((each) => each.node).reduceRight((right, left) => sha256(NODE, left, right));
  }

  checkMark(record, hash, mac) {
    if (this.marks.has(record.seq)) {
      this.mark = this.marks.get(record.seq);
      this.marks.delete(record.seq);
    }
    if (this.mark === null) return;
    const wanted = createHmac("sha256", this.mark).update(Buffer.from(hash, "hex")).digest("hex");
    if (mac !== wanted) this.remac ||= record.seq;
    if (record.act === "audit.checkpoint") {
      const extracted = createHmac("sha256", Buffer.alloc(32)).update(this.mark).digest();
      this.mark = createHmac("sha256", extracted).update("sealwell/audit-mac/next\x01").digest();
    }
  }

  checkClock(record) {
    const before = this.before;
    this.before = record;
    if (before === null || record.act === "clock.anomaly" || this.clock) return;
    const passed = record.boot === before.boot ? record.mono - before.mono : 0;
    if (passed < 0 || before.ts - record.ts + passed > SLACK) this.clock = record.seq;
  }

  readGap(gap) {
    const wanted = this.size + 1;
    if (!has(gap, GAP) || !(gap.first >= 1 && gap.first <= gap.last)) stop("edit", wanted, DAMAGED);
    const { first, last, nodes } = gap;
    const { header } = this;
    this.place(first);
    const outside = last < header.first || (header.last > 0 && header.last < first) || last <= header.purged;
    if (Object.keys(header.filter).length === 0 && !outside)
      stop("segment-loss", wanted, "Records are left out unasked.");
    if (this.mark !== null || [...this.marks.keys()].some((at) => first <= at && at <= last)) {
      this.mark = null;
      this.unanswered = first;
    }
    this.before = null;
    this.older = "";
    for (const node of nodes) {
      // The largest power of two that divides the place and still fits (sizes go beyond 32 bits).
      let size = 1;
      while (size * 2 <= last - this.size && this.size % (size * 2) === 0) size *= 2;
      if (this.size >= last || typeof node !== "string" || !HEX.test(node)) stop("edit", wanted, DAMAGED);
      this.append(Buffer.from(node, "hex"), size);
      this.prev = size === 1 ? node : "";
    }
    if (this.size !== last) stop("edit", wanted, DAMAGED);
  }

  readCheckpoint(note) {
    const { size, root } = readNote(note, this.key, Math.max(this.kept, this.seen) + 1);
    if (size < this.size) stop("reorder", this.size + 1, "A checkpoint stands too late.");
    if (size > this.size) {
      this.pending = size;
    } else if (!this.root().equals(root)) {
      this.fork ||= this.kept + 1;
    } else {
      this.boundary = size;
      if (!this.fork) this.kept = size;
    }
  }

  readClosing(closing) {
    const trusted = Math.max(this.kept, this.seen) + 1;
    if (this.pending) stop("truncate", this.size + 1, "The last records are missing.");
    if (this.lines.next().length > 0) stop("insert", this.size + 1, "Something stands behind the closing line.");
    const { signature, ...statement } = closing;
    const signed = Buffer.from(DOMAIN + canonical(statement));
    if (statement.v !== 2 || !isSigned(this.key, unbase64(signature), signed))
      stop("checkpoint-forged", trusted, "The closing line was not signed with this key.");
    const { size, root } = readNote(statement.checkpoint, this.key, trusted);
    const same = size === this.size && root.equals(this.root());
    if (statement.sha256 !== this.sum.digest("hex")) {
      if (size > this.size) stop("truncate", this.size + 1, "The last records are missing.");
      if (size < this.size) stop("insert", size + 1, FOREIGN);
      stop("edit", same ? 0 : trusted, "The file was changed after it was signed.");
    }
    if (!same || statement.records !== this.shown)
      stop("checkpoint-forged", trusted, "The signed checkpoint is not that of these records.");
  }

  /** The lines agree with each other: now with what is known from elsewhere. */
  judge() {
    if (this.remac) stop("re-mac", this.remac, "The mark of a record was not made with the officer's key.");
    if (this.fork) stop("fork", this.fork, "A checkpoint knows another history of these records.");
    if (this.left.length > 0)
      stop("rollback", this.size + 1, "A checkpoint knows more records: the log was set back.");
    if (this.clock) stop("clock", this.clock, "The clock went back here, and no record says so.");
    if (this.unanswered || this.marks.size > 0)
      stop("unanswered", null, "Ask for a whole export: this leaves it out.");
  }
}

/** The verdict as one flat object; `notes` are paths, `marks` a Map of first number to key. */
export function check(path, vkey = "", notes = [], marks = new Map()) {
  const verdict = { class: "ok", first_bad: null, key_checked: vkey !== "", records: 0, say: "The export is whole." };
  verdict.size = 0;
  let lines = null;
  let log = null;
  try {
    const earlier = notes.map((note) => readFileSync(note).toString("utf8"));
    lines = new Lines(path);
    log = new Export(lines, vkey, earlier, new Map(marks));
    log.verify();
  } catch (error) {
    if (error instanceof Bad) {
      Object.assign(verdict, { class: error.kind, first_bad: error.firstBad, say: error.say });
    } else if (error.syscall !== undefined) {
      Object.assign(verdict, { class: "unreadable", say: "A file cannot be read." });
    } else {
      throw error;
    }
  } finally {
    if (log !== null) Object.assign(verdict, { records: log.shown, size: log.size });
    if (lines !== null) lines.close();
  }
  return { ...verdict, ok: verdict.class === "ok" };
}

function wrongUse(say) {
  console.error(`usage: auditverify.mjs FILE.jsonl [--key VKEY] [--checkpoint NOTE]... [--marks KEY]... [--json]\n${say}`);
  return 2;
}

function main(words) {
  const given = { files: [], "--key": [], "--checkpoint": [], "--marks": [], json: false };
  for (let at = 0; at < words.length; at += 1) {
    if (words[at] === "--json") given.json = true;
    else if (!words[at].startsWith("--")) given.files.push(words[at]);
    else if (!Array.isArray(given[words[at]]) || at + 1 === words.length) return wrongUse(`not understood: ${words[at]}`);
    else given[words[at]].push(words[++at]);
  }
  const vkey = given["--key"].at(-1) ?? "";
  const rightMarks = given["--marks"].every((one) => /^[1-9][0-9]{0,14}:[0-9a-f]{64}$/.test(one));
  if (given.files.length !== 1) return wrongUse("one file is checked at a time");
  if (!rightMarks || (vkey !== "" && readVkey(vkey) === null)) return wrongUse("a key has another form");
  const marks = new Map(given["--marks"].map((one) => [Number(one.split(":")[0]), Buffer.from(one.split(":")[1], "hex")]));
  const verdict = check(given.files[0], vkey, given["--checkpoint"], marks);
  if (given.json) {
    console.log(canonical(verdict));
  } else {
    const bad = verdict.first_bad === null ? "" : ` First bad record: ${verdict.first_bad}.`;
    const key = vkey ? "" : " The key itself was not checked: give the practice's (--key).";
    console.log(`${verdict.class}: ${verdict.say}${bad} ${verdict.records} of ${verdict.size} shown.${key}`);
  }
  if (verdict.ok) return 0;
  return verdict.class === "unanswered" ? 2 : 1;
}

if (existsSync(process.argv[1] ?? "") && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = main(process.argv.slice(2));
}
