import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate and its private key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Issues certificates for tests (RFC 5280, ECDSA on P-256), so that no key lies in the repository and no tool is needed. */
export class TestAuthority {
  readonly #name: Buffer;
  readonly #keys = newKeys();
  /** The authority's own certificate: what peers trust. */
  readonly cert: string;

  constructor(commonName: string) {
    this.#name = nameOf(commonName);
    this.cert = pem('CERTIFICATE', this.#certificate(this.#name, this.#keys.publicKey, [basicConstraintsOfAuthority]));
  }

  /** A certificate with a common name, for the given hosts. */
  issue(commonName: string, hosts: readonly string[] = []): Certificate {
    const { publicKey, privateKey } = newKeys();
    const extensions = hosts.length > 0 ? [alternativeNames(hosts)] : [];
    const certificate = this.#certificate(nameOf(commonName), publicKey, extensions);
    return {
      cert: pem('CERTIFICATE', certificate),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    };
  }

  #certificate(subject: Buffer, publicKey: KeyObject, extensions: readonly Buffer[]): Buffer {
    const toBeSigned = sequence(
      der(0xa0, integer(2)),
      integer(1 + Math.floor(Math.random() * 0x7fff_fffe)),
      ecdsaWithSha256,
      this.#name,
      sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z'))),
      subject,
      publicKey.export({ type: 'spki', format: 'der' }),
      ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
    );
    const signature = sign('sha256', toBeSigned, this.#keys.privateKey);
    return sequence(toBeSigned, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  }
}

function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** One element of DER: tag, length, content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const long = Buffer.from([0x82, body.byteLength >> 8, body.byteLength & 0xff]);
  const length = body.byteLength < 128 ? Buffer.from([body.byteLength]) : long;
  return Buffer.concat([Buffer.from([tag]), length, body]);
}

function sequence(...content: readonly Buffer[]): Buffer {
  return der(0x30, ...content);
}

function integer(value: number): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return der(0x02, (bytes[0] ?? 0) < 128 ? bytes : Buffer.concat([Buffer.from([0]), bytes]));
}

const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));

const nameOf = (commonName: string): Buffer =>
  sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(commonName)))));

/** Critical, cA true. */
const basicConstraintsOfAuthority = sequence(
  objectId('551d13'),
  der(0x01, Buffer.from([0xff])),
  der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
);

function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host)),
  );
  return sequence(objectId('551d11'), der(0x04, sequence(...names)));
}
