/**
 * The project's reflector as a process of its own. Arguments: the paths of a certificate and of its key, for HTTPS. Says
 * its port, and its processor time whenever it is asked.
 */
import {startReflector} from '../../src/reflector/reflector.ts';
import {usedCpuSeconds} from './usage.ts';

const [cert, key] = process.argv.slice(2);
const {port} = await startReflector({
  host: '127.0.0.1',
  port: 0,
  ...(cert !== undefined && key !== undefined && {tls: {cert, key}}),
});
process.on('message', () => process.send?.(usedCpuSeconds()));
process.once('disconnect', () => process.exit());
process.send?.(port);
