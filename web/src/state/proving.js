/** Passwords, proved to a server that has to prove in return that it knows them. */

import { Refusal } from "../net/errors.js";
import { Password, Proof } from "../net/scram.js";

/**
 * @param {Crypto | null} crypto null where the page has none
 * @param {Pick<import("../net/line.js").Line, "ready" | "call">} line
 */
export function createProving(crypto, line) {
  /** @returns {Crypto} */
  function cryptography() {
    if (crypto === null) throw new Refusal("insecure");
    return crypto;
  }

  return {
    /** Return a password to prove, or to register. Throws Refusal `insecure`. @param {string} typed */
    passwordOf: (typed) => new Password(cryptography(), typed),

    /**
     * Prove that one knows a password, and check that the server does. Throws Refusal.
     *
     * @param {string} name
     * @param {Password} password
     * @param {string | null} device the label of a new device token; null: none is needed
     * @returns {Promise<{name: string, token: string}>}
     */
    async prove(name, password, device) {
      const proof = new Proof(cryptography(), name, password);
      await line.ready();
      const { message: challenge } = await line.call("login-start", { message: proof.first() });
      const message = await proof.final(challenge);
      const found = await line.call("login-finish", { message, device });
      proof.verify(found.message);
      return found;
    },
  };
}
