// @ts-check
// What is learned: y = W x + b, with W of 8 × 32 and b of 8. Each site has points of its own, which never leave it.
import { tensorFrom, toFloat32Array } from '@towline/adapter-tensor/safetensors';

/** @typedef {import('@towline/adapter-tensor/safetensors').StateDict} StateDict */
/** @typedef {{ weight: Float32Array, bias: Float32Array }} Model */

const inputs = 32;
const outputs = 8;

/** Where everybody begins. @returns {StateDict} */
export const newModel = () => dictOf({ weight: new Float32Array(outputs * inputs), bias: new Float32Array(outputs) });

/**
 * One walk of gradient descent through a site's points. The model that is given stays as it is.
 * @param {StateDict} dict
 * @param {string} site
 */
export function train(dict, site) {
  const model = modelOf(dict);
  for (const { x, y } of pointsOf(site)) {
    for (const [row, error] of errorsOf(model, x, y).entries()) {
      const step = 0.05 * error;
      for (const [at, value] of x.entries()) add(model.weight, row * inputs + at, step * value);
      add(model.bias, row, step);
    }
  }
  return dictOf(model);
}

/**
 * Federated averaging: the mean of each value over the models.
 * @param {readonly StateDict[]} dicts at least one
 */
export function average(dicts) {
  const models = dicts.map(modelOf);
  /** @param {'weight' | 'bias'} name */
  const meanOf = (name) =>
    Float32Array.from(
      { length: models[0]?.[name].length ?? 0 },
      (_, at) => models.reduce((sum, model) => sum + (model[name][at] ?? 0), 0) / models.length,
    );
  return dictOf({ weight: meanOf('weight'), bias: meanOf('bias') });
}

/**
 * The mean squared error over points that no site has.
 * @param {StateDict} dict
 */
export function lossOf(dict) {
  const model = modelOf(dict);
  const errors = pointsOf('test').flatMap(({ x, y }) => errorsOf(model, x, y));
  return errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
}

/** @param {StateDict} dict @returns {Model} copies, to be written to */
function modelOf({ tensors }) {
  const valuesOf = (/** @type {string} */ name) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`the model has no ${name}`);
    return toFloat32Array(tensor).slice();
  };
  return { weight: valuesOf('weight'), bias: valuesOf('bias') };
}

/** @param {Model} model @returns {StateDict} */
function dictOf({ weight, bias }) {
  const tensors = new Map([
    ['weight', tensorFrom(weight, [outputs, inputs])],
    ['bias', tensorFrom(bias, [outputs])],
  ]);
  return { tensors, metadata: new Map() };
}

/**
 * How far the model is off at a point, for each output.
 * @param {Model} model @param {readonly number[]} x @param {readonly number[]} y
 */
function errorsOf({ weight, bias }, x, y) {
  return y.map((wanted, row) => {
    const sum = x.reduce((sum, value, at) => sum + value * (weight[row * inputs + at] ?? 0), bias[row] ?? 0);
    return wanted - sum;
  });
}

/** The points of a site, the same each time. @param {string} site */
function pointsOf(site) {
  const truth = randomNumbers(1);
  const trueWeight = Array.from({ length: outputs * inputs }, truth);
  const random = randomNumbers(Buffer.from(site).reduce((seed, byte) => seed * 31 + byte, 7));
  return Array.from({ length: 60 }, () => {
    const x = Array.from({ length: inputs }, random);
    const y = Array.from({ length: outputs }, (_, row) =>
      x.reduce((sum, value, at) => sum + value * (trueWeight[row * inputs + at] ?? 0), 1),
    );
    return { x, y };
  });
}

/** Numbers from -1 to 1 that look random: a linear congruential generator. @param {number} seed */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** @param {Float32Array} values @param {number} at @param {number} amount */
function add(values, at, amount) {
  values[at] = (values[at] ?? 0) + amount;
}
