import { z } from 'zod';
import { parseStrictJson } from '../../onnx/safety/parseStrictJson.js';

export const payloadType = 'application/vnd.stepcast.model+json';
export const leastChunkBytes = 1024;
export const mostChunks = 1024; // their hashes are in the manifest, which must fit into one message
export const mostManifestBytes = 131_072;

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const time = z.int().nonnegative().max(8.64e15); // epoch milliseconds
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, 'expected base64');
const node = z.string().regex(/^[^/+#]{1,256}$/, 'expected a node name');

const modelName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'expected letters, digits, dots, - and _')
  .refine((name) => name !== 'auto', 'auto stands for every model, and names none');

/** Whether models can have it. */
export const isModelName = (name: string): boolean => modelName.safeParse(name).success;

/** What the model answers to known inputs: `steps` rows of x, one after another on a state that begins with zeros, and y after each. */
const golden = z.strictObject({
  steps: z.int().min(1).max(64),
  x: base64.max(65_536), // float32, little-endian [steps, columns of x]
  y: base64.max(65_536), // the same [steps, horizon · levels]
  tolerance: z.number().nonnegative().max(1), // largest absolute difference
});

const schema = z
  .strictObject({
    push: z.literal(1),
    name: modelName,
    version: z.int().min(1).max(999_999_999),
    target: node, // or `all`
    sha256: hash,
    size: z.int().min(1),
    chunkSize: z.int().min(leastChunkBytes),
    chunks: z.array(hash).min(1).max(mostChunks),
    contractSha256: hash, // of the metadata document, as its bytes stand in the file
    created: time,
    expires: time,
    minDaemon: z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/, 'expected a version such as 0.1.0'),
    activate: z.enum(['trial', 'now']),
    canary: z.array(node).min(1).max(256).optional(), // nodes that go first; the others hold until a later manifest without it
    golden: golden.optional(),
  })
  .refine(({ expires, created }) => expires > created, 'expires before it was created')
  .refine(
    ({ chunks, chunkSize, size }) => chunks.length === Math.ceil(size / chunkSize),
    'the number of chunks is not that of the size',
  );

/** What is pushed, to whom, until when: the payload that is signed. Times in epoch milliseconds. */
export type PushManifest = Readonly<z.output<typeof schema>>;
export type GoldenVectors = z.output<typeof golden>;

/** Reads the payload of an envelope. Unknown keys are refused: what a node does not understand it does not take. @throws {RangeError} */
export function readManifest(payload: Uint8Array): PushManifest {
  let document: unknown;
  try {
    document = parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (error) {
    throw error instanceof RangeError ? error : new RangeError('it is no JSON document in UTF-8');
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RangeError(issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message);
}

/** How many bytes chunk `index` has. */
export const chunkBytes = ({ size, chunkSize }: PushManifest, index: number): number =>
  Math.min(chunkSize, size - index * chunkSize);
