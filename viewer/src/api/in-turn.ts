// Asks the server the same of many things, a few at a time: it has others to answer.
//
// In: things, a question. Out: the answers, in the order of the things. Called where lists do not tell enough.

/** How many are asked at once. */
const AT_ONCE = 6;

export async function inTurn<T, R>(things: readonly T[], ask: (thing: T) => Promise<R>, signal?: AbortSignal): Promise<R[]> {
  const answers: R[] = [];
  for (let at = 0; at < things.length; at += AT_ONCE) {
    answers.push(...(await Promise.all(things.slice(at, at + AT_ONCE).map(ask))));
    signal?.throwIfAborted();
  }
  return answers;
}
