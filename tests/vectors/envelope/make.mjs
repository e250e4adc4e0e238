// Wrote node.html (version 1), node2.html (version 2, with a proof) and node.json once, with Node's own WebCrypto and none of our code:
//   node tests/vectors/envelope/make.mjs tests/vectors/envelope
// Values are fixed, so that running it again writes the same files.
import { writeFileSync } from "node:fs";
const { subtle } = globalThis.crypto;
const folder = process.argv[2];
const utf8 = (text) => new TextEncoder().encode(text);
const b64 = (bytes) => Buffer.from(bytes).toString("base64");
const counting = (length, from) => Uint8Array.from({ length }, (_, i) => (from + i) & 255);

const passphrase = "acorn velvet harbor muffin lantern zigzag";
const salt = counting(16, 1);
const file = counting(32, 100);
const nonce = counting(12, 200);
const rounds = 100000;
const attachment = counting(700, 0);
const content = {
  subject: "Su cita · Ihr Termin",
  text: "María López: martes, 14:30 ✓\n<b>not bold</b> & </script>",
  html: "",
  attachments: [{ name: "informe ñ.pdf", type: "application/pdf", size: attachment.length }],
};

const typed = await subtle.importKey("raw", utf8(passphrase), "PBKDF2", false, ["deriveBits"]);
const person = await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, typed, 256);
const base = await subtle.importKey("raw", person, "HKDF", false, ["deriveBits"]);
const expand = (info) => subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: file, info: utf8(info) }, base, 256);
const check = (await expand("sealwell/envelope/1/check")).slice(0, 16);
const key = await subtle.importKey("raw", await expand("sealwell/envelope/1/file"), "AES-GCM", false, ["encrypt"]);

const header = utf8(JSON.stringify({
  v: 1, cipher: "AES-256-GCM", kdf: "PBKDF2-HMAC-SHA-256", rounds,
  salt: b64(salt), file: b64(file), nonce: b64(nonce), check: b64(check),
}));
const index = utf8(JSON.stringify(content));
const plain = new Uint8Array(Math.ceil((4 + index.length + attachment.length) / 1024) * 1024);
new DataView(plain.buffer).setUint32(0, index.length);
plain.set(index, 4);
plain.set(attachment, 4 + index.length);
const payload = await subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: header, tagLength: 128 }, key, plain);
const body = `${b64(header)}.${b64(payload)}`;
const sum = b64(await subtle.digest("SHA-256", utf8(body)));

writeFileSync(`${folder}/node.html`,
  `<!DOCTYPE html>\n<script type="application/octet-stream" id="sealed">${body}.${sum}</script>\n`);
writeFileSync(`${folder}/node.json`,
  JSON.stringify({ passphrase, rounds, salt: b64(salt), person_key: b64(person), content, attachment: b64(attachment) }, null, 1) + "\n");

const born = await expand("sealwell/envelope/2/proof/19610304");
const proved = await subtle.importKey("raw", born, "HKDF", false, ["deriveBits"]);
const second = (info) => subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: file, info: utf8(info) }, proved, 256);
const header2 = utf8(JSON.stringify({
  v: 2, cipher: "AES-256-GCM", kdf: "PBKDF2-HMAC-SHA-256", rounds,
  salt: b64(salt), file: b64(file), nonce: b64(nonce),
  check: b64((await second("sealwell/envelope/2/check")).slice(0, 16)),
  size: plain.length + 16, expires: "2026-12-31", proof: "birth-date", reply: "", replyto: "",
}));
const key2 = await subtle.importKey("raw", await second("sealwell/envelope/2/file"), "AES-GCM", false, ["encrypt"]);
const payload2 = await subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: header2, tagLength: 128 }, key2, plain);
const body2 = `${b64(header2)}.${b64(payload2)}`;
const sum2 = b64(await subtle.digest("SHA-256", utf8(body2)));
writeFileSync(`${folder}/node2.html`,
  `<!DOCTYPE html>\n<script type="application/octet-stream" id="sealed">${body2}.${sum2}</script>\n`);
