// Opens messages with OpenPGP.js: node open_openpgp.cjs LIBRARY < jobs.json > results.json
// A job is {message, secret, signer}, all paths; a result is {sha256, signer} or {problem}.
"use strict";
const fs = require("node:fs");
const crypto = require("node:crypto");
const openpgp = require(process.argv[2]);

async function opened(job) {
  const secret = await openpgp.readPrivateKey({ binaryKey: fs.readFileSync(job.secret) });
  const signer = await openpgp.readKey({ binaryKey: fs.readFileSync(job.signer) });
  const message = await openpgp.readMessage({ armoredMessage: fs.readFileSync(job.message, "latin1") });
  const result = await openpgp.decrypt({
    message,
    decryptionKeys: secret,
    verificationKeys: signer,
    expectSigned: true,
    format: "binary",
  });
  await Promise.all(result.signatures.map((each) => each.verified));
  if (result.signatures.length !== 1) throw new Error(`${result.signatures.length} signatures`);
  const sha256 = crypto.createHash("sha256").update(result.data).digest("hex");
  return { sha256, signer: signer.getFingerprint().toUpperCase() };
}

(async () => {
  const results = [];
  for (const job of JSON.parse(fs.readFileSync(0, "utf8"))) {
    results.push(await opened(job).catch((error) => ({ problem: String(error.message) })));
  }
  process.stdout.write(JSON.stringify(results));
})();
