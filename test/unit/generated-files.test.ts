import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {generatedFiles} from '../../generate/files.ts';

describe('npm run generate has been run since the code was changed', async () => {
  it.each([...(await generatedFiles())])('%s', (path, text) => {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text);
  });
});
