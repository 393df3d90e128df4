/**
 * What the generators of the repository use: the same templates, for a package inside of it.
 *
 * @module @towline/create
 */
export { type Kind, namesInside, type PackageNames } from './names.ts';
export { Refusal } from './refusal.ts';
export { type Files, type Place, renderPackage } from './render.ts';
