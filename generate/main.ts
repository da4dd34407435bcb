import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {generatedFiles} from './files.ts';

// Run by npm, in the folder of package.json.
for (const [path, text] of generatedFiles()) writeFileSync(join('examples', path), text);
