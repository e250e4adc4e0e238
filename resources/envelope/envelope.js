"use strict";
(() => {
  // Opens the sealed part of this very file. Same steps as desktop/crypto/envelope.py;
  // nothing is fetched, nothing is stored, everything is shown as text. The script stands
  // before the sealed part, so that it can say so when the rest did not arrive.
  const part = (id) => document.getElementById(id);
  const LEAST_ROUNDS = 100000;
  const MOST_ROUNDS = 10000000;
  const MAILTO_LIMIT = 1900;
  const SAFE_TYPES = ["application/pdf", "image/png", "image/jpeg", "image/gif", "text/plain"];
  const say = part("say");
  let texts = {};

  class Problem extends Error {}

  const tell = (text, bad) => {
    say.textContent = text;
    say.className = bad ? "bad" : "";
  };

  const refuse = (text) => {
    part("form").hidden = true;
    part("words").value = "";
    tell(text, true);
    say.focus();
  };

  const bytesOf = (text) => {
    const binary = atob(text);
    if (btoa(binary) !== text) throw new Problem("damaged");
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  };

  const base64 = (bytes) => {
    let binary = "";
    bytes.forEach((byte) => (binary += String.fromCharCode(byte)));
    return btoa(binary);
  };

  const joined = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
    parts.reduce((at, one) => (all.set(one, at), at + one.length), 0);
    return all;
  };

  const same = (a, b) => a.length === b.length && a.reduce((sum, byte, i) => sum | (byte ^ b[i]), 0) === 0;
  const utf8 = (text) => new TextEncoder().encode(text);
  const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const normalise = (typed) =>
    typed.normalize("NFKC").toLowerCase().replace(/[^a-z0-9]+/g, " ").replace(/^ | $/g, "");
  const today = () => {
    const now = new Date();
    const two = (number) => String(number).padStart(2, "0");
    return now.getFullYear() + "-" + two(now.getMonth() + 1) + "-" + two(now.getDate());
  };
  const isDay = (day) => /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day + "T00:00:00Z"));
  const dated = (sentence, day) => {
    const form = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
    return sentence.replace("{date}", form.format(new Date(day + "T00:00:00Z")));
  };

  const headerOf = (head) => {
    const header = JSON.parse(text(head));
    const known =
      header.v === 2 && header.cipher === "AES-256-GCM" && header.kdf === "PBKDF2-HMAC-SHA-256" &&
      Number.isInteger(header.rounds) && header.rounds >= LEAST_ROUNDS && header.rounds <= MOST_ROUNDS &&
      Number.isInteger(header.size) && ["", "birth-date"].includes(header.proof) &&
      (header.expires === "" || isDay(header.expires)) && typeof header.replyto === "string";
    if (!known) throw new Problem("damaged");
    return header;
  };

  const read = async () => {
    const element = part("sealed");
    const parts = element ? element.textContent.split(".") : [];
    if (parts.length < 3) throw new Problem("cut");
    const head = bytesOf(parts[0]);
    const header = headerOf(head);
    if (parts[1].length < 4 * Math.ceil(header.size / 3) || parts[2].length < 44) throw new Problem("cut");
    const sum = await crypto.subtle.digest("SHA-256", utf8(parts[0] + "." + parts[1]));
    if (parts.length > 3 || !same(new Uint8Array(sum), bytesOf(parts[2]))) throw new Problem("damaged");
    const sealed = { ...header, head, payload: bytesOf(parts[1]) };
    ["salt", "file", "nonce", "check", "reply"].forEach((name) => (sealed[name] = bytesOf(header[name])));
    if (header.expires && header.expires < today()) throw new Problem("expired");
    return sealed;
  };

  const hkdf = (bytes) => crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits"]);
  const expand = async (key, salt, info) =>
    new Uint8Array(
      await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info: utf8(info) }, key, 256)
    );

  const unlock = async (sealed, typed, birth) => {
    const typedKey = await crypto.subtle.importKey("raw", utf8(normalise(typed)), "PBKDF2", false, ["deriveBits"]);
    const derivation = { name: "PBKDF2", hash: "SHA-256", salt: sealed.salt, iterations: sealed.rounds };
    let base = await hkdf(await crypto.subtle.deriveBits(derivation, typedKey, 256));
    if (sealed.proof) {
      base = await hkdf(await expand(base, sealed.file, "sealwell/envelope/2/proof/" + birth.replace(/\D/g, "")));
    }
    const check = await expand(base, sealed.file, "sealwell/envelope/2/check");
    if (!same(check.slice(0, 16), sealed.check)) return null;
    const fileKey = await expand(base, sealed.file, "sealwell/envelope/2/file");
    const key = await crypto.subtle.importKey("raw", fileKey, "AES-GCM", false, ["decrypt"]);
    const algorithm = { name: "AES-GCM", iv: sealed.nonce, additionalData: sealed.head, tagLength: 128 };
    const plain = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.payload));
    return { plain, token: await expand(base, sealed.file, "sealwell/envelope/2/reply") };
  };

  const unpack = (plain) => {
    const size = new DataView(plain.buffer).getUint32(0);
    const content = JSON.parse(text(plain.subarray(4, 4 + size)));
    let at = 4 + size;
    content.attachments.forEach((file) => {
      file.data = plain.subarray(at, at + file.size);
      at += file.size;
    });
    return content;
  };

  // Sealed for the practice alone: ECDH on P-256 with a key of this moment, HKDF, AES-GCM.
  const sealReply = async (sealed, token, answer) => {
    const curve = { name: "ECDH", namedCurve: "P-256" };
    const practice = await crypto.subtle.importKey("raw", sealed.reply, curve, false, []);
    const own = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
    const point = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: practice }, own.privateKey, 256);
    const secret = await expand(await hkdf(shared), joined(point, sealed.reply), "sealwell/reply/1");
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const head = utf8(JSON.stringify({ v: 1, file: base64(sealed.file), key: base64(point), nonce: base64(nonce) }));
    const index = utf8(JSON.stringify({ token: base64(token), text: answer }));
    const plain = new Uint8Array(Math.ceil((4 + index.length) / 256) * 256);
    new DataView(plain.buffer).setUint32(0, index.length);
    plain.set(index, 4);
    const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt"]);
    const algorithm = { name: "AES-GCM", iv: nonce, additionalData: head, tagLength: 128 };
    const payload = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plain));
    const lines = (base64(head) + "." + base64(payload)).match(/.{1,64}/g).join("\r\n");
    return "-----BEGIN SEALWELL REPLY-----\r\n" + lines + "\r\n-----END SEALWELL REPLY-----\r\n";
  };

  const sizeText = (bytes) =>
    bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB";

  const follow = (address, name) => {
    const link = document.createElement("a");
    link.href = address;
    if (name) link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
  };

  const save = (file) => {
    const type = SAFE_TYPES.includes(file.type) ? file.type : "application/octet-stream";
    const address = URL.createObjectURL(new Blob([file.data], { type }));
    follow(address, file.name);
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  };

  const offerReply = (sealed, token) => {
    if (sealed.reply.length !== 65) return;
    const form = part("reply");
    const seal = () => sealReply(sealed, token, part("answer").value);
    form.hidden = false;
    part("reply-mail").hidden = !sealed.replyto;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      save({ name: texts.replyfile, type: "text/plain", data: await seal() });
      part("reply-say").textContent = texts.replysaved.replace("{address}", sealed.replyto);
    });
    part("reply-mail").addEventListener("click", async () => {
      if (!form.reportValidity()) return;
      const reply = await seal();
      const address = "mailto:" + encodeURIComponent(sealed.replyto).replace("%40", "@") + "?body=" + encodeURIComponent(reply);
      if (address.length > MAILTO_LIMIT) return form.requestSubmit();
      part("reply-say").textContent = texts.replymailed;
      follow(address, "");
    });
  };

  const show = (content) => {
    part("subject").textContent = content.subject;
    part("text").textContent = content.text;
    content.attachments.forEach((file) => {
      const item = document.createElement("li");
      const one = document.createElement("button");
      one.type = "button";
      one.textContent = file.name + " (" + sizeText(file.size) + ")";
      one.addEventListener("click", () => save(file));
      item.append(one);
      part("list").append(item);
    });
    part("files").hidden = content.attachments.length === 0;
    part("form").hidden = true;
    part("phrase").hidden = true;
    part("letter").hidden = false;
    part("subject").focus();
  };

  const open = async (sealed) => {
    const words = part("words");
    part("open").disabled = true;
    tell(texts.working, false);
    let opened = null;
    try {
      const found = await unlock(sealed, words.value, part("birth").value);
      opened = found && { content: unpack(found.plain), token: found.token };
    } catch {
      return refuse(texts.damaged);
    }
    part("open").disabled = false;
    if (opened === null) {
      tell(sealed.proof ? texts.wrongproof : texts.wrong, true);
      words.setAttribute("aria-invalid", "true");
      words.setAttribute("aria-describedby", "say");
      return words.select();
    }
    words.value = part("birth").value = "";
    tell("", false);
    show(opened.content);
    offerReply(sealed, opened.token);
  };

  const start = async () => {
    texts = document.body.dataset;
    if (!window.crypto || !crypto.subtle) return refuse(texts.unsupported);
    let sealed;
    try {
      sealed = await read();
    } catch (problem) {
      const which = problem instanceof Problem ? problem.message : "damaged";
      if (which !== "expired") return refuse(texts[which]);
      return refuse(dated(texts.expired, headerOf(bytesOf(part("sealed").textContent.split(".")[0])).expires));
    }
    tell("", false);
    if (sealed.expires) {
      part("until").textContent = dated(texts.until, sealed.expires);
      part("until").hidden = false;
    }
    part("proof").hidden = !sealed.proof;
    part("birth").required = Boolean(sealed.proof);
    part("form").hidden = false;
    part("words").focus();
    part("show").addEventListener("change", (event) => {
      part("words").type = event.target.checked ? "text" : "password";
    });
    part("close").addEventListener("click", () => location.reload());
    part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      open(sealed);
    });
  };

  tell("", false);
  document.addEventListener("DOMContentLoaded", start);
})();
