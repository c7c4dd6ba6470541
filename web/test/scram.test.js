import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Password, Proof, base64, keysOf, prepared } from "../src/net/scram.js";

const vectors = JSON.parse(readFileSync(new URL("../../tests/passwords.json", import.meta.url), "utf8"));

/** @param {string} hex */
function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

for (const { why, typed, bytes: wanted, stored_key: storedKey } of vectors.passwords) {
  if (typed === undefined) continue;
  test(`password: ${why}`, async () => {
    assert.equal(Buffer.from(await prepared(typed)).toString("hex"), wanted);
    const keys = await keysOf(crypto.subtle, typed, bytes(vectors.salt), vectors.iterations);
    assert.equal(Buffer.from(keys.storedKey).toString("hex"), storedKey);
  });
}

// Source: RFC 7677, section 3.
const NONCE = "rOprNGfwEbeRWgbNEkqO";
const CHALLENGE = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
const FINAL =
  "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const SIGNATURE = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

test("the proof of RFC 7677 is ours, and the server's signature is checked", async () => {
  const proof = new Proof(crypto, "user", new Password(crypto, "pencil"), NONCE);
  assert.equal(proof.first(), `n,,n=user,r=${NONCE}`);
  assert.equal(await proof.final(CHALLENGE), FINAL);
  proof.verify(SIGNATURE);
  assert.throws(() => proof.verify(SIGNATURE.replace("6", "7")), { code: "auth_failed" });
});

test("a signature before the proof is none", () => {
  assert.throws(() => new Proof(crypto, "user", new Password(crypto, "pencil")).verify("v="), { code: "auth_failed" });
});

for (const challenge of [
  "",
  CHALLENGE.replace("rOpr", "other"),
  `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
  CHALLENGE.replace("4096", "1"),
  CHALLENGE.replace("4096", "999999999"),
  CHALLENGE.replace("W22Z", "!!!!"),
]) {
  test(`a challenge is refused: ${challenge}`, async () => {
    await assert.rejects(new Proof(crypto, "user", new Password(crypto, "pencil"), NONCE).final(challenge), { code: "auth_failed" });
  });
}

test("base64 is the usual one", () => assert.equal(base64(bytes("fbff00")), "+/8A"));
