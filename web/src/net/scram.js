/**
 * The client's side of passwords: keys for a new one, proof of a known one.
 *
 * The server never sees a password; what it is given can check a proof but not make one.
 * Source: RFC 5802, RFC 7677, RFC 4013.
 */

import { Refusal } from "./errors.js";

/** As many as our other clients use. */
export const ITERATIONS = 600_000;
/** No server of ours has fewer, and one that asks for more only wants to be slow. */
const ITERATIONS_MIN = 4_096;
const ITERATIONS_MAX = 10_000_000;
const SALT_BYTES = 16;
const NONCE_BYTES = 18;
const NO_CHANNEL_BINDING = "c=biws";
const ASCII = /^[ -~]+$/;

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{salt: string, iterations: number, stored_key: string, server_key: string}} NewKeys in base64 */

/**
 * Return the bytes that keys and proofs are made of: what SASLprep makes of a password, or what
 * was typed where it forbids that.
 *
 * @param {string} password
 * @returns {Promise<Bytes>}
 */
export async function prepared(password) {
  if (ASCII.test(password)) return utf8(password);
  const { NOTHING, SPACES, FORBIDDEN, RIGHT_TO_LEFT, LEFT_TO_RIGHT } = await import("./stringprep.js");
  const kept = [...password].filter((one) => !NOTHING(one)).map((one) => (SPACES(one) ? " " : one));
  const mapped = [...kept.join("").normalize("NFKC")];
  const [first, last] = [mapped[0] ?? "", mapped.at(-1) ?? ""];
  const isRightToLeft = mapped.length > 0 && RIGHT_TO_LEFT(first);
  const wrongWay = isRightToLeft ? LEFT_TO_RIGHT : RIGHT_TO_LEFT;
  const isAllowed =
    mapped.length > 0 &&
    (!isRightToLeft || RIGHT_TO_LEFT(last)) &&
    !mapped.some((one) => FORBIDDEN(one) || NOTHING(one) || SPACES(one) || wrongWay(one));
  return utf8(isAllowed ? mapped.join("") : password);
}

/** A password that was typed, with the keys that were made of it last: making them takes its time. */
export class Password {
  /**
   * @param {Crypto} crypto
   * @param {string} typed
   */
  constructor(crypto, typed) {
    this._crypto = crypto;
    this._typed = typed;
    this._keysFor = "";
    /** @type {ReturnType<typeof keysOf> | null} */
    this._keys = null;
  }

  /**
   * Return the keys to register the password with, by a fresh salt.
   *
   * @returns {Promise<NewKeys>}
   */
  async newKeys() {
    const salt = this._crypto.getRandomValues(new Uint8Array(SALT_BYTES));
    const { storedKey, serverKey } = await this.keys(salt, ITERATIONS);
    return {
      salt: base64(salt),
      iterations: ITERATIONS,
      stored_key: base64(storedKey),
      server_key: base64(serverKey),
    };
  }

  /**
   * @param {Bytes} salt
   * @param {number} iterations
   */
  keys(salt, iterations) {
    const wanted = `${base64(salt)} ${iterations}`;
    if (this._keys === null || this._keysFor !== wanted) {
      this._keysFor = wanted;
      this._keys = keysOf(this._crypto.subtle, this._typed, salt, iterations);
    }
    return this._keys;
  }
}

/**
 * Return the keys of a password.
 *
 * @param {SubtleCrypto} subtle
 * @param {string} password
 * @param {Bytes} salt
 * @param {number} iterations
 */
export async function keysOf(subtle, password, salt, iterations) {
  const typed = await subtle.importKey("raw", await prepared(password), "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  const salted = new Uint8Array(await subtle.deriveBits(parameters, typed, 256));
  const clientKey = await hmac(subtle, salted, utf8("Client Key"));
  const storedKey = new Uint8Array(await subtle.digest("SHA-256", clientKey));
  const serverKey = await hmac(subtle, salted, utf8("Server Key"));
  return { clientKey, storedKey, serverKey };
}

/**
 * One proof of a password: first message, final message, verification. Throws Refusal
 * `auth_failed` where the server's side of it does not hold.
 */
export class Proof {
  /**
   * @param {Crypto} crypto
   * @param {string} name
   * @param {Password} password
   * @param {string} [nonce] random
   */
  constructor(crypto, name, password, nonce = base64(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))) {
    this._subtle = crypto.subtle;
    this._password = password;
    this._nonce = nonce;
    this._bare = `n=${name.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=${nonce}`;
    /** @type {string} */
    this._signature = "";
  }

  /** Return the client-first-message. */
  first() {
    return `n,,${this._bare}`;
  }

  /**
   * Return the client-final-message that answers the server's challenge.
   *
   * @param {string} challenge
   * @returns {Promise<string>}
   */
  async final(challenge) {
    const fields = fieldsOf(challenge);
    const nonce = fields.get("r") ?? "";
    const iterations = Number(fields.get("i"));
    const isWhole = nonce.startsWith(this._nonce) && nonce !== this._nonce && fields.has("s");
    if (!isWhole || !(iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX)) {
      throw new Refusal("auth_failed", "the server's challenge is malformed");
    }
    const salt = fromBase64(fields.get("s") ?? "");
    const { clientKey, storedKey, serverKey } = await this._password.keys(salt, iterations);
    const withoutProof = `${NO_CHANNEL_BINDING},r=${nonce}`;
    const signed = utf8(`${this._bare},${challenge},${withoutProof}`);
    const signature = await hmac(this._subtle, storedKey, signed);
    this._signature = base64(await hmac(this._subtle, serverKey, signed));
    return `${withoutProof},p=${base64(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)))}`;
  }

  /**
   * Check by its final message that the server knows the keys of this password.
   *
   * @param {string} message
   */
  verify(message) {
    if (this._signature === "" || fieldsOf(message).get("v") !== this._signature) {
      throw new Refusal("auth_failed", "the server could not prove that it knows you");
    }
  }
}

/**
 * @param {string} message `a=…,b=…`
 * @returns {Map<string, string>}
 */
function fieldsOf(message) {
  return new Map(message.split(",").map((field) => [field.slice(0, 1), field.slice(2)]));
}

/**
 * @param {SubtleCrypto} subtle
 * @param {Bytes} key
 * @param {Bytes} message
 * @returns {Promise<Bytes>}
 */
async function hmac(subtle, key, message) {
  const imported = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", imported, message));
}

/** @param {string} text @returns {Bytes} */
function utf8(text) {
  return new TextEncoder().encode(text);
}

/** @param {Bytes} bytes @returns {string} */
export function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/** @param {string} text @returns {Bytes} */
export function fromBase64(text) {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new Refusal("auth_failed", "the server's challenge is malformed");
  }
}
