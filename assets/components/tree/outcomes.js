// A search as the server sent it, and what the browser works out of it: scores, ranks, what is still alive.
import { doublesOf, floatsOf } from '../lib/bytes.js';

/** The score of core.decoding.beam.Hypothesis: the total over the length penalty. */
export const scoreOf = ({ total, length }, penalty) => total / ((5 + length) / 6) ** penalty;

/** Equal in what they show: the id names the search, the rest is what else is chosen. */
export const sameSearch = (one, other) => !!one && ['id', 'layer', 'head', 'references'].every((name) => String(one[name]) === String(other[name]));

export function openSearch(sent) {
  const { parent, id, kind } = sent.nodes, log_prob = doublesOf(sent.nodes.log_prob), total = doublesOf(sent.nodes.total);
  const row = new Map(sent.reads.n.map((n, i) => [n, i])), following = floatsOf(sent.reads.p);
  const columns = Array.from({ length: sent.steps + 1 }, () => []), nodes = [];
  parent.forEach((above, n) => {
    const up = nodes[above] ?? null, text = sent.names[id[n]], end = kind[n] === 'done' || id[n] === sent.end_id;
    const node = { n, id: id[n], text, kind: kind[n], log_prob: log_prob[n], total: total[n], up, children: [], length: up ? up.length + 1 : 0, read: row.get(n) ?? null };
    node.written = up ? (end ? up.written : [...up.written, sent.pieces?.[id[n]] ?? text]) : [];
    up?.children.push(node);
    columns[node.length].push(node);
    nodes.push(node);
  });
  // Kept hypotheses stand above pruned ones, both in the order of their totals, which is that of the search.
  for (const column of columns) column.sort((a, b) => (a.kind === 'pruned') - (b.kind === 'pruned'));
  const S = sent.source.length, weights = floatsOf(sent.weights);
  return {
    ...sent, sent, nodes, columns, S, T: sent.steps,
    greedy: new Set([0, ...sent.greedy]),
    textOf: (node) => (sent.pieces ? node.written.join('').replace(/^ /, '') : node.written.join(sent.between)),
    rowOf: (node) => weights.subarray(node.read * S, (node.read + 1) * S),
    /** What may follow a hypothesis that was read on. */
    topOf: ({ read }) => sent.reads.id[read].map((id, i, { length }) => ({ id, text: sent.names[id], p: following[read * length + i] })),
  };
}
export const openPath = (node) => (node.up ? [...openPath(node.up), node] : [node]);

/** The outcomes as if the search stopped after a step, the finished before those cut off, the best first. */
export function rankedAt(search, upto, penalty) {
  const order = (a, b) => scoreOf(b, penalty) - scoreOf(a, penalty) || a.n - b.n;
  const done = search.nodes.filter((node) => node.kind === 'done' && node.length <= upto).sort(order);
  const live = search.nodes.filter((node) => node.kind === 'live' && node.length === upto).sort(order);
  return [...done, ...live].slice(0, search.width);
}
/** What leads to a hypothesis that is live after a step, or has finished by then. */
export function aliveAt(search, upto) {
  const alive = new Set();
  for (const node of search.nodes)
    if ((node.kind === 'live' && node.length === upto) || (node.kind === 'done' && node.length <= upto))
      for (let on = node; on && !alive.has(on.n); on = on.up) alive.add(on.n);
  return alive;
}
