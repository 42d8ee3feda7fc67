import type { Duplex } from 'node:stream';
import { StepcastError } from '../errors.js';

/** Where a device is: a serial port (a USB adapter, a pty) or whatever carries its bytes over TCP. */
export type LineAddress =
  | { readonly port: string; readonly baud: number }
  | { readonly tcp: { readonly host: string; readonly port: number } };

export const lineName = (address: LineAddress): string =>
  'port' in address ? address.port : `${address.tcp.host}:${address.tcp.port}`;

/** Opens a line. It is gone when its stream closes. @throws {StepcastError} LINE_UNAVAILABLE. */
export async function openLine(address: LineAddress): Promise<Duplex> {
  try {
    return 'port' in address ? await openPort(address.port, address.baud) : await openSocket(address.tcp);
  } catch (cause) {
    throw lineProblem(address, cause as NodeJS.ErrnoException);
  }
}

/** serialport is loaded here: a daemon without devices has no need of it. */
async function openPort(path: string, baudRate: number): Promise<Duplex> {
  const { SerialPort } = await import('./serialPort.js');
  const port = new SerialPort({ path, baudRate, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  return port;
}

async function openSocket({ host, port }: { host: string; port: number }): Promise<Duplex> {
  const { connect } = await import('node:net');
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

/** serialport has no error codes, only messages: `Error: No such file or directory, cannot open /dev/ttyACM0`. */
const causes: readonly (readonly [RegExp, message: string, hint: string])[] = [
  [
    /ENOENT|no such (file|device)/i,
    'there is no such device',
    'plug it in; `ls /dev/serial/by-id` lists those there are',
  ],
  [
    /EACCES|permission denied/i,
    'permission denied',
    'add this user to the group dialout: sudo usermod -aG dialout USER',
  ],
  [
    /EBUSY|busy|cannot lock|temporarily unavailable/i,
    'another program has it open',
    'end that program (lsof names it)',
  ],
  [/ENOTTY|inappropriate ioctl|ENXIO/i, 'it is no serial port', 'name a device such as /dev/ttyACM0'],
  [/ECONNREFUSED/, 'nothing listens there', 'start what serves the device, or check host and port'],
  [/ENOTFOUND|EAI_AGAIN/, 'the host name is not known', 'check the name and the network'],
];

function lineProblem(address: LineAddress, cause: NodeJS.ErrnoException): StepcastError {
  const text = `${cause.code ?? ''} ${cause.message}`;
  const [, message, hint] = causes.find(([pattern]) => pattern.test(text)) ?? [
    undefined,
    cause.message.replace(/^Error: /, ''),
    'it will be tried again',
  ];
  return new StepcastError({ code: 'LINE_UNAVAILABLE', op: 'open', subject: lineName(address), message, hint, cause });
}
