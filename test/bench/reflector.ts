/** The project's reflector as a process of its own. Says its port, and its processor time whenever it is asked. */
import {startReflector} from '../../src/reflector/reflector.ts';
import {usedCpuSeconds} from './usage.ts';

const {port} = await startReflector({host: '127.0.0.1', port: 0});
process.on('message', () => process.send?.(usedCpuSeconds()));
process.once('disconnect', () => process.exit());
process.send?.(port);
