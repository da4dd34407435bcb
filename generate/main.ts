import {writeFileSync} from 'node:fs';
import {generatedFiles} from './files.ts';

// Run by npm, in the folder of package.json.
for (const [path, text] of await generatedFiles()) writeFileSync(path, text);
