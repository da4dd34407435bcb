/** Bytes of consecutive spans of time, all of the same length. */
type Slots = readonly number[];

const sum = (slots: Slots): number => slots.reduce((total, bytes) => total + bytes, 0);

/** The mean rate over slots of `slotMs` each, in bytes per second; 0 over none. */
export const meanRate = (slots: Slots, slotMs: number): number =>
  slots.length === 0 ? 0 : sum(slots) / ((slots.length * slotMs) / 1000);

/** The bytes of spans of `length` slots each, from the first slot on; slots that don't make up a span are left out. */
export const sums = (slots: Slots, length: number): readonly number[] =>
  Array.from({length: Math.floor(slots.length / length)}, (_, span) =>
    sum(slots.slice(span * length, (span + 1) * length)),
  );

/** A tenth that brings this much more than the one before is still rising; less is how any line fluctuates. */
const rise = 1.1;

/**
 * How many of the first slots are warm-up, during which TCP finds its rate. The time is looked at in tenths: the first
 * two are always warm-up; each further one is while it brings over 10 % more than the one before; half of the time
 * never is. The first `least` slots are warm-up in any case, up to that half.
 */
export const warmUpSlots = (slots: Slots, least = 0): number => {
  const tenth = Math.floor(slots.length / 10);
  const latest = Math.floor(slots.length / 2);
  const bytesFrom = (slot: number): number => sum(slots.slice(slot, slot + tenth));
  let warm = Math.max(2 * tenth, Math.min(least, latest));
  while (tenth > 0 && warm + tenth <= latest && bytesFrom(warm) > rise * bytesFrom(warm - tenth))
    warm += tenth;
  return warm;
};
