import {expect, it} from 'vitest';
import {parseDocument} from 'yaml';
import {anchorNamedFiles} from '../../../src/config/named-files.ts';

const anchored = (text: string): unknown => {
  const document = parseDocument(text);
  anchorNamedFiles(document, '/etc/bridge');
  return document.toJS();
};

it('takes paths of files from the folder of the configuration', () => {
  expect(
    anchored(`
engines: {librespeed: {server_list: servers.json}}
remote_write:
  - basic_auth: {username: u, password_file: secrets/password}
    tls_config: {ca_file: /etc/ssl/ca.pem}
    http_headers: {X-Key: {files: [../key, /key], values: [key]}}
`),
  ).toEqual({
    engines: {librespeed: {server_list: '/etc/bridge/servers.json'}},
    remote_write: [
      {
        basic_auth: {username: 'u', password_file: '/etc/bridge/secrets/password'},
        tls_config: {ca_file: '/etc/ssl/ca.pem'},
        http_headers: {'X-Key': {files: ['/etc/key', '/key'], values: ['key']}},
      },
    ],
  });
});

it('leaves alone what only looks like it', () => {
  const text = `{labels: {config_file: a}, password_file: '', ca_file: [a], storage: {path: a}}`;
  expect(anchored(text)).toEqual(parseDocument(text).toJS());
});
