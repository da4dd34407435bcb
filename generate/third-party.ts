import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {z} from 'zod';
import {table} from './docs/table.ts';

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({version: z.string(), license: z.string(), dev: z.boolean().optional()}),
  ),
});

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/** The packages that npm installs with this one, those for other platforms included, by name. */
export const installedPackages = (): readonly Package[] => {
  const {packages} = lockFile.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
  return Object.entries(packages)
    .filter(([path, {dev}]) => path !== '' && dev !== true)
    .map(([path, {version, license}]) => ({name: path.replace(/^.*node_modules\//, ''), version, license}))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
};

const page = 'src/server/ui';

/** The packages whose code the web page is bundled with: those that its files import. */
export const bundledPackages = (): readonly string[] => {
  const files = readdirSync(page, {recursive: true, encoding: 'utf8'}).filter(
    (file) => /\.tsx?$/.test(file) && file !== 'vite.config.ts',
  );
  const imported = files.flatMap((file) =>
    [...readFileSync(join(page, file), 'utf8').matchAll(/ from '([^.'/]+)[^']*'/g)].map(
      ([, name = '']) => name,
    ),
  );
  return [...new Set(imported)].sort();
};

const licenseText = (name: string): string =>
  readFileSync(join('node_modules', name, 'LICENSE'), 'utf8').trim();

/** Whose work the package holds and which packages it needs, with their licences. Run in the folder of package.json. */
export const thirdParty = (): string => `# Third-party software

The web page holds code of these packages:

${bundledPackages()
  .map((name) => `## ${name}\n\n\`\`\`text\n${licenseText(name)}\n\`\`\`\n`)
  .join('\n')}
## Packages that npm installs beside it

They come as their authors published them, under the licences that they name. Of \`@libsql/*\`, which hold SQLite (public
domain) in libSQL's version, only those for the platform are installed.

${table(
  ['package', 'version', 'licence'],
  installedPackages().map(({name, version, license}) => [name, version, license]),
)}`;
