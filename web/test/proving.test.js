import assert from "node:assert/strict";
import { createHmac, webcrypto } from "node:crypto";
import { test } from "node:test";

import { Password } from "../src/net/scram.js";
import { createProving } from "../src/state/proving.js";

/** @typedef {import("../src/net/scram.js").NewKeys} NewKeys */

/** What a browser has, and how often it has derived bits from a password. */
function countedCrypto() {
  const counted = { derived: 0, crypto: /** @type {any} */ (null) };
  const subtle = new Proxy(webcrypto.subtle, {
    get: (target, name) => {
      if (name === "deriveBits") counted.derived += 1;
      const found = Reflect.get(target, name);
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
  const getRandomValues = (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => webcrypto.getRandomValues(bytes);
  counted.crypto = { subtle, getRandomValues };
  return counted;
}

/**
 * A server that knows these keys, and signs with others if it is to lie.
 *
 * @param {NewKeys} keys
 * @param {boolean} isFalse
 */
function serverOf(keys, isFalse) {
  let [bare, challenge] = ["", ""];
  return {
    ready: async () => undefined,
    call: async (/** @type {string} */ method, /** @type {any} */ { message }) => {
      if (method === "login-start") {
        bare = message.slice("n,,".length);
        challenge = `r=${bare.split("r=")[1]}more,s=${keys.salt},i=${keys.iterations}`;
        return { message: challenge };
      }
      const signed = `${bare},${challenge},${message.split(",p=")[0]}`;
      const key = Buffer.from(isFalse ? keys.stored_key : keys.server_key, "base64");
      const signature = createHmac("sha256", key).update(signed).digest("base64");
      return { name: "ann", token: "token", message: `v=${signature}` };
    },
  };
}

for (const isFalse of [false, true]) {
  test(`a new password is proved without deriving it again, to a server that is ${isFalse ? "false" : "true"}`, async () => {
    const counted = countedCrypto();
    const password = new Password(counted.crypto, "correct horse");
    const line = serverOf(await password.newKeys(), isFalse);
    const proof = createProving(counted.crypto, line).prove("ann", password, "device");
    if (isFalse) await assert.rejects(proof, { code: "auth_failed" });
    else assert.equal((await proof).token, "token");
    assert.equal(counted.derived, 1);
  });
}

test("another salt is derived for, and no other key is taken for it", async () => {
  const counted = countedCrypto();
  const password = new Password(counted.crypto, "correct horse");
  const [one, other] = [await password.newKeys(), await password.newKeys()];
  assert.notEqual(one.stored_key, other.stored_key);
  assert.equal(counted.derived, 2);
});

test("without cryptography nothing is proved", () => {
  const { passwordOf } = createProving(null, { ready: async () => undefined, call: async () => undefined });
  assert.throws(() => passwordOf("correct horse"), { code: "insecure" });
});
