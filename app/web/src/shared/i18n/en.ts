/** English. Keys are grouped by screen: `shared.`, `console.`, `map.`, `agent.`, and one group per kind of word on the wire. */
export const en = {
  'shared.demo': 'Demonstration: nothing here is real',
};
