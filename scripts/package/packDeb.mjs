import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../bundleOptions.mjs';
import { filesBelow, readText, setModes } from './layTree.mjs';
import { neededLibraries } from './neededLibraries.mjs';
import { run } from './run.mjs';
import { targets } from './targets.mjs';

/** Makes the .deb of a laid out `tree` in `out`, with `work` to do it in: its path. The bytes follow from the tree and `epoch` (seconds). */
export async function packDeb(tree, { arch, version, epoch, work, out, level }) {
  const folder = join(work, 'deb');
  rmSync(folder, { recursive: true, force: true });
  const move = (from, to) => {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    renameSync(join(folder, from), join(folder, to));
  };
  cpSync(tree, join(folder, 'usr'), { recursive: true });
  move('usr/etc/stepcast.yaml', 'etc/stepcast/stepcast.yaml');
  move('usr/etc/stepcast.service', 'usr/lib/systemd/system/stepcast.service');
  rmSync(join(folder, 'usr/etc'), { recursive: true });
  const compressed = (path, text) => writeFileSync(join(folder, `${path}.gz`), gzipSync(text, { level: 9 }));
  const manual = 'usr/share/man/man1/stepcast.1';
  compressed(manual, readFileSync(join(folder, manual)));
  rmSync(join(folder, manual));
  const control = readText('packaging/debian/control');
  compressed('usr/share/doc/stepcast/changelog', changelog(version, /^Maintainer: (.*)$/m.exec(control)[1], epoch));
  cpSync(join(root, 'packaging/debian/copyright'), join(folder, 'usr/share/doc/stepcast/copyright'));
  cpSync(join(root, 'packaging/debian/lintian-overrides'), join(folder, 'usr/share/lintian/overrides/stepcast'));
  setModes(folder);
  chmodSync(join(folder, 'etc/stepcast/stepcast.yaml'), 0o640); // may hold a password; postinst lets the service read it

  const files = filesBelow(folder);
  const sizeKiB = Math.ceil(files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0) / 1024);
  const debian = join(folder, 'DEBIAN');
  mkdirSync(debian);
  chmodSync(debian, 0o755);
  for (const script of ['postinst', 'prerm', 'postrm']) {
    writeFileSync(join(debian, script), readText(`packaging/debian/${script}`));
    chmodSync(join(debian, script), 0o755);
  }
  const put = (name, text) => {
    writeFileSync(join(debian, name), text);
    chmodSync(join(debian, name), 0o644);
  };
  const depends = neededLibraries(
    files.filter((file) => /\.node$|\/node$/.test(file)).map((file) => join(folder, file)),
  );
  put('conffiles', '/etc/stepcast/stepcast.yaml\n');
  put(
    'md5sums',
    files
      .filter((file) => !file.startsWith('etc/'))
      .map((file) => `${md5(join(folder, file))}  ${file}\n`)
      .join(''),
  );
  put(
    'control',
    control
      .replace('@VERSION@', version)
      .replace('@ARCHITECTURE@', targets[arch].debian)
      .replace('@SIZE@', String(sizeKiB))
      .replace('@DEPENDS@', depends),
  );

  const deb = join(out, `stepcast_${version}_${targets[arch].debian}.deb`);
  await run('dpkg-deb', ['--root-owner-group', '-Zxz', `-z${level}`, '--build', folder, deb], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
  });
  return deb;
}

const md5 = (path) => createHash('md5').update(readFileSync(path)).digest('hex');

/** In Debian's format, which tools read; people read CHANGELOG.md. */
const changelog = (version, maintainer, epoch) => `stepcast (${version}) stable; urgency=medium

  * CHANGELOG.md says what is new.

 -- ${maintainer}  ${new Date(epoch * 1000).toUTCString().replace('GMT', '+0000')}
`;
