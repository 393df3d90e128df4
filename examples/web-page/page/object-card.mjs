// @ts-check
// What the page shows of one object.

const mebibytes = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(1);

export class ObjectCard {
  #root;
  #ownerSha256;
  #startMs = performance.now();

  /**
   * @param {string} name
   * @param {string} kind
   * @param {string} ownerSha256
   */
  constructor(name, kind, ownerSha256) {
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById('object'));
    const content = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.#root = /** @type {HTMLElement} */ (content.firstElementChild);
    this.#ownerSha256 = ownerSha256;
    this.#text('h2', name);
    this.#text('.kind', kind);
    this.#text('.owner', ownerSha256);
    document.getElementById('objects')?.append(content);
  }

  /** @param {import('@towline/downloader-core').ProgressEvent} event */
  progress({ bytesDone, bytesTotal }) {
    const seconds = (performance.now() - this.#startMs) / 1000;
    const total = bytesTotal === undefined ? '' : ` of ${mebibytes(bytesTotal)}`;
    this.#bar.value = bytesTotal ? bytesDone / bytesTotal : 0;
    this.#text('.bytes', `${mebibytes(bytesDone)}${total} MiB`);
    this.#text('.rate', `${mebibytes(bytesDone / seconds)} MiB/s`);
  }

  /**
   * @param {number} bytes
   * @param {string} sha256
   */
  arrived(bytes, sha256) {
    const isSame = sha256 === this.#ownerSha256;
    this.#bar.value = 1;
    this.#text('.bytes', `${bytes.toLocaleString('en')} bytes`);
    this.#text('.here', sha256);
    this.#end(isSame ? 'same' : 'different', isSame ? '✓ the same' : '✗ different');
  }

  /** @param {string} reason */
  failed(reason) {
    this.#text('.here', reason);
    this.#end('failed', '✗ failed');
  }

  get #bar() {
    return /** @type {HTMLProgressElement} */ (this.#root.querySelector('progress'));
  }

  /**
   * @param {string} state
   * @param {string} verdict
   */
  #end(state, verdict) {
    this.#root.dataset['state'] = state;
    this.#text('.verdict', verdict);
  }

  /**
   * @param {string} selector
   * @param {string} text
   */
  #text(selector, text) {
    const place = this.#root.querySelector(selector);
    if (place) place.textContent = text;
  }
}
