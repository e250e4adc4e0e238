"use strict";
(() => {
  // Opens the sealed part of this very file. Same steps as desktop/crypto/envelope.py;
  // nothing is fetched, nothing is stored, everything is shown as text.
  const say = document.getElementById("say");
  const form = document.getElementById("form");
  const words = document.getElementById("words");
  const button = document.getElementById("open");
  const texts = document.body.dataset;
  const LEAST_ROUNDS = 100000;
  const MOST_ROUNDS = 10000000;
  const SAFE_TYPES = ["application/pdf", "image/png", "image/jpeg", "image/gif", "text/plain"];

  const tell = (text, bad) => {
    say.textContent = text;
    say.className = bad ? "bad" : "";
  };

  const bytesOf = (text) => {
    const binary = atob(text);
    if (btoa(binary) !== text) throw new Error("base64");
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  };

  const same = (a, b) => a.length === b.length && a.reduce((sum, byte, i) => sum | (byte ^ b[i]), 0) === 0;
  const utf8 = (text) => new TextEncoder().encode(text);
  const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const normalise = (typed) =>
    typed.normalize("NFKC").toLowerCase().replace(/[^a-z0-9]+/g, " ").replace(/^ | $/g, "");

  const read = async () => {
    const parts = document.getElementById("sealed").textContent.split(".");
    if (parts.length !== 3) throw new Error("parts");
    const sum = await crypto.subtle.digest("SHA-256", utf8(parts[0] + "." + parts[1]));
    if (!same(new Uint8Array(sum), bytesOf(parts[2]))) throw new Error("sum");
    const head = bytesOf(parts[0]);
    const header = JSON.parse(text(head));
    const known =
      header.v === 1 && header.cipher === "AES-256-GCM" && header.kdf === "PBKDF2-HMAC-SHA-256" &&
      Number.isInteger(header.rounds) && header.rounds >= LEAST_ROUNDS && header.rounds <= MOST_ROUNDS;
    if (!known) throw new Error("header");
    return {
      head,
      rounds: header.rounds,
      salt: bytesOf(header.salt),
      file: bytesOf(header.file),
      nonce: bytesOf(header.nonce),
      check: bytesOf(header.check),
      payload: bytesOf(parts[1]),
    };
  };

  const expand = async (person, file, info) =>
    new Uint8Array(
      await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: file, info: utf8(info) }, person, 256)
    );

  const unlock = async (sealed, typed) => {
    const typedKey = await crypto.subtle.importKey("raw", utf8(normalise(typed)), "PBKDF2", false, ["deriveBits"]);
    const derivation = { name: "PBKDF2", hash: "SHA-256", salt: sealed.salt, iterations: sealed.rounds };
    const person = await crypto.subtle.importKey(
      "raw", await crypto.subtle.deriveBits(derivation, typedKey, 256), "HKDF", false, ["deriveBits"]
    );
    const check = await expand(person, sealed.file, "sealwell/envelope/1/check");
    if (!same(check.slice(0, sealed.check.length), sealed.check) || sealed.check.length !== 16) return null;
    const fileKey = await expand(person, sealed.file, "sealwell/envelope/1/file");
    const key = await crypto.subtle.importKey("raw", fileKey, "AES-GCM", false, ["decrypt"]);
    const algorithm = { name: "AES-GCM", iv: sealed.nonce, additionalData: sealed.head, tagLength: 128 };
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.payload));
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

  const sizeText = (bytes) =>
    bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB";

  const save = (file) => {
    const type = SAFE_TYPES.includes(file.type) ? file.type : "application/octet-stream";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file.data], { type }));
    link.download = file.name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  const show = (content) => {
    document.getElementById("subject").textContent = content.subject;
    document.getElementById("text").textContent = content.text;
    content.attachments.forEach((file) => {
      const item = document.createElement("li");
      const one = document.createElement("button");
      one.type = "button";
      one.textContent = file.name + " (" + sizeText(file.size) + ")";
      one.addEventListener("click", () => save(file));
      item.append(one);
      document.getElementById("list").append(item);
    });
    document.getElementById("files").hidden = content.attachments.length === 0;
    form.hidden = true;
    document.getElementById("letter").hidden = false;
    document.getElementById("subject").focus();
  };

  const start = async () => {
    if (!window.crypto || !crypto.subtle) return tell(texts.unsupported, true);
    let sealed;
    try {
      sealed = await read();
    } catch {
      return tell(texts.damaged, true);
    }
    form.hidden = false;
    words.focus();
    document.getElementById("show").addEventListener("change", (event) => {
      words.type = event.target.checked ? "text" : "password";
    });
    document.getElementById("close").addEventListener("click", () => location.reload());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      tell(texts.working, false);
      let content = null;
      try {
        const plain = await unlock(sealed, words.value);
        content = plain && unpack(plain);
      } catch {
        form.hidden = true;
        words.value = "";
        return tell(texts.damaged, true);
      }
      button.disabled = false;
      if (content === null) {
        tell(texts.wrong, true);
        words.setAttribute("aria-invalid", "true");
        return words.select();
      }
      words.value = "";
      tell("", false);
      show(content);
    });
  };

  start();
})();
