// @ts-check
// What programs use: CSV as of RFC 4180, in UTF-8, with a header.
export { csvConsumer, downloadCsv, iterateCsv } from './csv-consumer.mjs';
export { addCsv, openCsv } from './csv-file.mjs';
