import {statSync} from 'node:fs';
import {createLimiter, type Limiter} from '../limiter.ts';
import {holdJournal, JournalError, type JournalHold} from './database.ts';
import {type Disk, isAstray, openDisk, skipLost, writeBack} from './disk.ts';
import {faultOf} from './fault.ts';
import {isSqlite} from './files.ts';
import type {Journal} from './journal.ts';
import {type MemoryJournal, openMemoryJournal} from './memory-journal.ts';
import {createReport, type Notices} from './report.ts';
import {replaceDamaged} from './salvage.ts';

export interface KeeperSettings {
  readonly path: string;
  readonly notices: Notices;
  /** How often it is tried to write what is only in memory. */
  readonly saveEveryMs?: number;
}

const tendEveryMs = 1000;
const saveForMs = 500;
const saveAtEndForMs = 3000;
// However often a file is found damaged or replaced: copies of it must not fill the disk.
const replaceEveryMs = 600_000;

/**
 * Keeps a journal usable whatever happens to its file. While that can't be written, a journal in memory stands in for
 * it and is written to it afterwards; a damaged file is kept aside, and what can be read of it goes to a new one; one
 * that was deleted or replaced is written back. What of it is lost, and what is not, is said in one line each time.
 */
export class Keeper {
  readonly #path: string;
  readonly #cursors: ReadonlyMap<string, number>;
  readonly #report: ReturnType<typeof createReport>;
  readonly #timer: NodeJS.Timeout;
  readonly #saves: Limiter;
  readonly #replacements = createLimiter(replaceEveryMs);
  readonly #writesBack = createLimiter(replaceEveryMs);
  #hold: JournalHold | undefined;
  #disk: Disk | undefined;
  #memory: MemoryJournal | undefined;
  /** The highest number known to be in the file. */
  #lastId: number;
  #notedId: number | undefined;
  /** What shows that the file is damaged, until it is replaced. */
  #damage: unknown;
  #swaps = 0;
  #renumberings = 0;

  private constructor(
    {path, notices, saveEveryMs = 5000}: KeeperSettings,
    cursors: ReadonlyMap<string, number>,
    hold: JournalHold | undefined,
  ) {
    this.#path = path;
    this.#cursors = cursors;
    this.#report = createReport(path, notices);
    this.#hold = hold;
    this.#lastId = hold?.lastId ?? 0;
    this.#notedId = hold?.lastId;
    this.#saves = createLimiter(saveEveryMs);
    this.#timer = setInterval(() => this.#tend(), Math.min(tendEveryMs, saveEveryMs));
  }

  /**
   * Takes the journal's lock and opens its file, which is made where there is none. One that was there and can't be used
   * at present is stood in for. Gives undefined when another process holds the lock.
   * Throws a `JournalError` for a file that is no journal, that a newer version wrote, or that can't be made.
   * @param cursors how far each destination has come as far as that is known, kept up to date by the caller.
   */
  static open(settings: KeeperSettings, cursors: ReadonlyMap<string, number>): Keeper | undefined {
    const {path} = settings;
    const wasThere = statSync(path, {throwIfNoEntry: false})?.isFile() === true;
    let hold: JournalHold | undefined;
    try {
      hold = holdJournal(path);
      if (hold === undefined) return undefined;
    } catch (error) {
      if (!wasThere || faultOf(error) !== 'unusable') throw error;
      const keeper = new Keeper(settings, cursors, undefined);
      keeper.#standIn(error);
      return keeper;
    }
    const keeper = new Keeper(settings, cursors, hold);
    try {
      keeper.#adopt(keeper.#openDisk());
    } catch (error) {
      const fault = wasThere ? faultOf(error) : undefined;
      const wasJournal = wasThere && hold.lastId !== undefined;
      const isNewer = error instanceof JournalError && error.cause === undefined;
      if (fault === 'unusable') keeper.#standIn(error);
      else if ((fault === 'damaged' && isSqlite(path)) || (wasJournal && !isNewer)) keeper.#repair(error);
      else {
        keeper.close();
        throw error;
      }
    }
    return keeper;
  }

  /** A number that changes when the journal is another one than before. */
  get swaps(): number {
    return this.#swaps;
  }

  /** A number that changes when results have got other numbers, for another process took theirs. */
  get renumberings(): number {
    return this.#renumberings;
  }

  /** How many results are only in memory; undefined while the file can be written. */
  get unsaved(): number | undefined {
    return this.#memory?.unsaved().results;
  }

  /** Does something with the journal, with what takes its place where the first attempt finds it unusable. */
  run<T>(action: (journal: Journal) => T): T {
    try {
      return this.#act(action);
    } catch (error) {
      switch (faultOf(error)) {
        case 'damaged':
          this.#repair(error);
          return this.#act(action);
        case 'unusable':
          if (this.#memory !== undefined) throw error;
          return this.#actAfterCheckpoint(action);
        default:
          throw error;
      }
    }
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#memory !== undefined) this.#save(this.#memory, saveAtEndForMs);
    if (this.#memory !== undefined) {
      this.#report.lost(this.#memory.unsaved());
      this.#memory.close();
    }
    this.#noteLastId();
    this.#disk?.journal.close();
    this.#hold?.release();
  }

  #act<T>(action: (journal: Journal) => T): T {
    const journal = this.#memory ?? this.#disk?.journal;
    if (journal === undefined) throw new Error(`journal ${this.#path} is not open`);
    return action(journal);
  }

  /** On a full disk the write-ahead log, which a checkpoint empties, may be what fills it. */
  #actAfterCheckpoint<T>(action: (journal: Journal) => T): T {
    try {
      this.#disk?.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return this.#act(action);
    } catch (error) {
      if (faultOf(error) === undefined) throw error;
      this.#standIn(error);
      return this.#act(action);
    }
  }

  #openDisk(): Disk {
    return openDisk(this.#path, () => this.#report.upgrading());
  }

  #adopt(disk: Disk): void {
    this.#disk = disk;
    this.#swaps += 1;
    const lost = skipLost(disk, this.#lastId);
    if (lost > 0) this.#report.shortened(lost, this.#lastId);
    this.#noteLastId();
  }

  #noteLastId(): void {
    if (this.#disk === undefined) return;
    try {
      const lastId = this.#disk.journal.lastId();
      if (lastId === this.#notedId) return;
      this.#lastId = lastId;
      this.#hold?.noteLastId(lastId);
      this.#notedId = lastId;
    } catch (error) {
      // Trouble with the file is seen to by the next who needs it.
      if (faultOf(error) === undefined) throw error;
    }
  }

  #standIn(error: unknown): void {
    if (this.#memory !== undefined) return;
    this.#memory = openMemoryJournal(this.#path, () => this.#disk?.journal, this.#lastId);
    this.#swaps += 1;
    this.#report.unusable(error);
  }

  #repair(error: unknown): void {
    this.#damage = error;
    if (this.#replacements.next() === undefined) {
      this.#standIn(error);
      return;
    }
    this.#disk?.journal.close();
    this.#disk = undefined;
    try {
      const salvaged = replaceDamaged(this.#path, {lastId: this.#lastId, cursors: this.#cursors});
      this.#damage = undefined;
      this.#report.damaged(error, salvaged);
      this.#adopt(this.#openDisk());
    } catch (failure) {
      this.#standIn(failure);
    }
  }

  #tend(): void {
    if (this.#disk !== undefined) this.#writeBackIfAstray(this.#disk);
    if (this.#memory === undefined) this.#noteLastId();
    else if (this.#saves.next() !== undefined) this.#save(this.#memory, saveForMs);
  }

  #save(memory: MemoryJournal, forMs: number): void {
    if (this.#damage !== undefined) this.#repair(this.#damage);
    if (this.#damage !== undefined) return;
    const {dropped} = memory.unsaved();
    let saved: number | undefined;
    try {
      this.#hold ??= holdJournal(this.#path);
      if (this.#hold === undefined) throw new Error('another speedtest-bridge uses it');
      this.#lastId = Math.max(this.#lastId, this.#hold.lastId ?? 0);
      if (this.#disk === undefined) this.#adopt(this.#openDisk());
      this.#disk?.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      saved = this.#disk && memory.saveTo(this.#disk.journal, forMs);
    } catch (error) {
      if (faultOf(error) === 'damaged') this.#repair(error);
      this.#report.stillUnusable(error, memory.unsaved());
    }
    if (saved === undefined) return;
    if (memory.isRenumbered()) this.#renumberings += 1;
    memory.close();
    this.#memory = undefined;
    this.#swaps += 1;
    this.#report.usable(saved, dropped);
  }

  #writeBackIfAstray(disk: Disk): void {
    if (!isAstray(disk) || this.#writesBack.next() === undefined) return;
    try {
      const aside = writeBack(disk);
      disk.journal.close();
      this.#disk = undefined;
      this.#adopt(this.#openDisk());
      this.#report.writtenBack(aside);
    } catch (error) {
      this.#report.notWrittenBack(error);
      if (this.#disk === undefined) this.#standIn(error);
    }
  }
}
