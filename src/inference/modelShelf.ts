import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StepcastError } from '../errors.js';
import { type LoadedModel, modelLabel } from '../forecast/modelContract.js';
import { loadModel } from './loadModel.js';
import { inTurn } from './ortRuntime.js';
import { createOrtStepper, type OrtStepper, type OrtStepperOptions } from './ortStepper.js';

/** The model that 'auto' stands for. */
export const defaultModel = 'gru-base';
const baseNames = /^(rnn|gru|lstm)-[a-z]+$/; // files that 'auto' chooses among

/** The models of one folder, loaded as they are asked for: NAME is the file NAME.onnx, or NAME.onnx given as a path. */
export class ModelShelf {
  readonly dir: string;
  readonly #loaded = new Map<string, OrtStepper>();
  readonly #versions = new Map<string, OrtStepper>(); // by label

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

  /** A model of the folder that was loaded before. */
  taken(name: string): OrtStepper | undefined {
    return this.#loaded.get(name);
  }

  /** Names of the models in the folder that 'auto' chooses among. */
  baseNames(): string[] {
    return this.names().filter((name) => baseNames.test(name));
  }

  /** Gives each model of the folder the number of its version, in place of the one it says it has. */
  number(versionOf: (model: LoadedModel) => number): void {
    for (const { model } of this.#loaded.values()) (model as { version: number }).version = versionOf(model);
  }

  /** Versions from elsewhere that `isHeld` says nobody needs are closed; returns their models. */
  closeUnless(isHeld: (label: string) => boolean): LoadedModel[] {
    const closed: LoadedModel[] = [];
    for (const [label, stepper] of this.#versions) {
      if (isHeld(label)) continue;
      this.#versions.delete(label);
      closed.push(stepper.model);
      void inTurn(() => stepper.release());
    }
    return closed;
  }

  /** A version kept elsewhere, under its name and number. @throws {StepcastError} MODEL_MISSING, MODEL_UNREADABLE or MODEL_CONTRACT. */
  async open(
    path: string,
    { name, version }: Pick<LoadedModel, 'name' | 'version'>,
    options?: OrtStepperOptions,
  ): Promise<OrtStepper> {
    const label = modelLabel({ name, version });
    const known = this.loaded.find(({ model }) => modelLabel(model) === label);
    if (known) return known;
    const { model, bytes } = await loadModel(path);
    const stepper = await createOrtStepper({ ...model, name, version }, bytes, options);
    this.#versions.set(label, stepper);
    return stepper;
  }

  find(sha256: string): OrtStepper | undefined {
    return this.loaded.find(({ model }) => model.sha256 === sha256);
  }

  /** All that are, of the folder and from elsewhere. */
  get loaded(): readonly OrtStepper[] {
    return [...this.#loaded.values(), ...this.#versions.values()];
  }

  async release(): Promise<void> {
    for (const stepper of this.loaded) await stepper.release();
    this.#loaded.clear();
    this.#versions.clear();
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
