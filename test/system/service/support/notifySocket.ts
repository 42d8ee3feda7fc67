import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where a service of Type=notify reports to: what was received, one message a line, its assignments parted by spaces. */
export interface NotifySocket {
  readonly path: string;
  readonly received: readonly string[];
  close(): Promise<void>;
}

// A barrier (sd_notify_barrier) is a descriptor that must be closed before the sender goes on.
const program = `
import array, os, socket, sys
listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listening.bind(sys.argv[1])
print('listening', flush=True)
while True:
    data, ancillary, _, _ = listening.recvmsg(4096, socket.CMSG_SPACE(64))
    for level, kind, payload in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds = array.array('i')
            fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
            for fd in fds:
                os.close(fd)
    print(data.decode().strip().replace('\\n', ' '), flush=True)
`;

export const openNotifySocket = async (dir: string): Promise<NotifySocket> => {
  const path = join(dir, 'notify');
  const child = spawn('/usr/bin/python3', ['-c', program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const received: string[] = [];
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  lines.on('line', (line) => void (line.startsWith('BARRIER=') || received.push(line)));
  return {
    path,
    received,
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
};
