/**
 * The axioms of the kernel's memory model, in words: what a cycle under each of them would mean.
 *
 * Source: Linux tools/memory-model/linux-kernel.cat and Documentation/explanation.txt (6.18).
 */

/** By the name that the axiom has in linux-kernel.cat. */
export const AXIOMS = {
  coherence: {
    law: 'coherence',
    text: `The accesses to one location have an order that all CPUs agree on, and here it
      would go in a circle.`,
  },
  atomic: {
    law: 'atomicity',
    text: 'Another store would come between the load and the store of one atomic.',
  },
  'happens-before': {
    law: 'happens-before',
    text: 'Each of these would happen before the next, and the last before the first.',
  },
  propagation: {
    law: 'propagation',
    text: `A full barrier lets no later access go on before every earlier store has reached
      all CPUs. Here each access would have to wait for the next, and the last for the first.`,
  },
  rcu: {
    law: 'the law of RCU',
    text: `A read-side section does not span a grace period: it begins after the grace period
      began, or ends before it ended. Here it would do neither.`,
  },
  'plain-coherence': {
    law: 'the order of plain accesses',
    text: 'A plain access is ordered behind another one by barriers, and would still not see it.',
  },
  values: { law: 'its values', text: '' },
} as const;
