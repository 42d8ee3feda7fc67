import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StepcastError } from '../errors.js';
import { loadModel } from './loadModel.js';
import { createOrtStepper, type OrtStepper } from './ortStepper.js';

/** The model that 'auto' stands for. */
export const defaultModel = 'gru-base';

/** The models of one folder, loaded as they are asked for: NAME is the file NAME.onnx, or NAME.onnx given as a path. */
export class ModelShelf {
  readonly dir: string;
  readonly #loaded = new Map<string, OrtStepper>();

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Names of the models in the folder. */
  names(): string[] {
    if (!existsSync(this.dir)) return [];
    return readdirSync(this.dir)
      .filter((file) => file.endsWith('.onnx'))
      .map((file) => file.replace(/\.onnx$/, ''))
      .sort();
  }

  /** @throws {StepcastError} MODEL_MISSING, MODEL_UNREADABLE or MODEL_CONTRACT. */
  async load(name: string): Promise<OrtStepper> {
    const wanted = name === 'auto' ? defaultModel : name;
    const known = this.#loaded.get(wanted);
    if (known) return known;
    const { model, bytes } = await loadModel(this.#pathOf(wanted));
    const stepper = await createOrtStepper(model, bytes);
    this.#loaded.set(wanted, stepper);
    return stepper;
  }

  /** A model that was loaded before; the default one when it was not. */
  stepper(name: string): OrtStepper {
    const stepper = this.#loaded.get(name === 'auto' ? defaultModel : name) ?? this.#loaded.get(defaultModel);
    if (!stepper) throw new RangeError(`ModelShelf: ${name} was never loaded`);
    return stepper;
  }

  get loaded(): readonly OrtStepper[] {
    return [...this.#loaded.values()];
  }

  async release(): Promise<void> {
    for (const stepper of this.#loaded.values()) await stepper.release();
    this.#loaded.clear();
  }

  #pathOf(name: string): string {
    if (name.endsWith('.onnx')) return name;
    const path = join(this.dir, `${name}.onnx`);
    if (existsSync(path)) return path;
    const names = this.names();
    throw new StepcastError({
      code: 'MODEL_MISSING',
      op: 'load model',
      subject: name,
      message: `there is no ${name}.onnx in ${this.dir}`,
      hint:
        names.length > 0 ? `there are: ${names.join(', ')}` : 'set models.dir or --models to the folder of the models',
    });
  }
}
