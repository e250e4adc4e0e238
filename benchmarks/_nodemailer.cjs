// Sends `count` mails through nodemailer's pool; the settings are its one argument, as JSON.
"use strict";
const fs = require("fs");
const settings = JSON.parse(process.argv[2]);
const nodemailer = require(settings.module);

async function main() {
  const pool = nodemailer.createTransport({
    pool: true,
    maxConnections: settings.connections,
    maxMessages: 50,
    host: "localhost",
    port: settings.port,
    secure: true,
    auth: { user: settings.user, pass: settings.password },
    tls: { ca: fs.readFileSync(settings.ca) },
  });
  const began = process.hrtime.bigint();
  const sent = [];
  for (let number = 0; number < settings.count; number++) {
    sent.push(
      pool.sendMail({
        from: settings.sender,
        to: `person${number}@example.com`,
        subject: "News from your practice",
        text: `Dear person ${number},\n\n${settings.text}`,
      }),
    );
  }
  const answers = await Promise.all(sent);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  pool.close();
  if (!answers.every((one) => one.response.startsWith("250"))) {
    throw new Error("not all were accepted");
  }
  process.stdout.write(String(seconds));
}

main().catch((error) => {
  process.stderr.write(String(error));
  process.exit(1);
});
