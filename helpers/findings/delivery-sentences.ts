import { ITEM_NAMES } from './evidence-sentences.ts';
import { describePlace, describeWhere, nameCorrection } from './place.ts';
import {
  describeAsked,
  describeSeconds,
  list,
  nameAddress,
  nameComponent,
  SERVICES,
  type Sentences,
  STRANGERS,
} from './words.ts';

/** The words for findings about what became of the items that a run has sent or counted. */
export const DELIVERY_SENTENCES = {
  'backend holds none': ({ items, sent, place, asked, stranger }) => ({
    cause:
      `the backend took ${sent} ${ITEM_NAMES[items]} and holds none of them: ${nameComponent(place)} has sent them to ${nameAddress(place, 'its endpoint')} ` +
      `without a failure, and nothing of this run is in ${describeAsked(asked)}${stranger === undefined ? '' : `; ${STRANGERS[stranger]} answers there to an export`}`,
    fix:
      stranger === undefined
        ? `Look at what takes ${ITEM_NAMES[items]} at ${nameAddress(place, 'its endpoint')}: it answers success, and discards them or stores them for another tenant or stack. ` +
          `If it is right, correct ${asked.variable ?? `the address of ${SERVICES[asked.service]}`}, where the run looks`
        : `Make ${nameCorrection(place)} the address of the service itself, or let the proxy pass on what Alloy sends there`,
  }),

  'items lost': ({ items, emitted, arrived, place, asked, services }) =>
    services !== undefined
      ? {
          cause: `${emitted - arrived} of ${emitted} ${ITEM_NAMES[items]} that ${list(services)} should have sent are not in ${describeAsked(asked)}: Alloy has sent all that it accepted without a failure, so they were lost behind ${nameComponent(place)}, or ${list(services)} did not send them`,
          fix: `Look at what takes ${ITEM_NAMES[items]} at ${nameAddress(place, 'its endpoint')} and what stands between (it may answer success and lose some), and at what ${list(services)} leaves out: a queue that is full, a processor that filters, a sampler`,
        }
      : {
          cause: `${emitted - arrived} of ${emitted} ${ITEM_NAMES[items]} were lost behind ${nameComponent(place)}: Alloy has sent all without a failure, and ${arrived} of ${emitted} are in ${describeAsked(asked)}`,
          fix: `Look at what takes ${ITEM_NAMES[items]} at ${nameAddress(place, 'its endpoint')}, and what stands between: it answers success, and loses some`,
        },

  'own lost': ({ items, sent, place, asked }) => ({
    cause: `${ITEM_NAMES[items]} that this run sent were lost behind ${nameComponent(place)}: Alloy has sent all ${sent} that it accepted without a failure, and these are not in ${describeAsked(asked)}, which has others`,
    fix: `Look at what takes ${ITEM_NAMES[items]} at ${nameAddress(place, 'its endpoint')}, and what stands between: it answers success, and loses some`,
  }),

  'own changed': ({ missing, place, between }) => ({
    cause: `the span that this run sent arrived without its ${list(missing)}${between.length === 0 ? `: nothing in Alloy changes it, so something behind ${nameComponent(place)} does` : ''}`,
    fix:
      between.length === 0
        ? `Look at what stands between Alloy and the backend, at ${nameAddress(place, 'its endpoint')}: it drops the ${list(missing)}, or the link from a span to its parent`
        : `Look at what it passes in Alloy, ${list(between.map(describePlace))}, and behind it at ${nameAddress(place, 'its endpoint')}`,
  }),

  'items twice': ({ items, emitted, twice, places, isSentTwice, fork }) =>
    fork !== undefined
      ? {
          cause: `${twice} of ${emitted} ${ITEM_NAMES[items]} arrived twice: ${nameComponent(fork)} passes them on to several components that lead to the same one, ${fork.setting ?? 'output'} = ${fork.expression ?? 'several'}`,
          fix: `Leave one of them in ${fork.setting ?? 'output'}${describeWhere(fork)}: a processor passes on what it gets`,
        }
      : isSentTwice || places.length > 1
        ? {
            cause: `${twice} of ${emitted} ${ITEM_NAMES[items]} arrived twice: Alloy sends them more than once, through ${list(places.map(nameComponent))}`,
            fix: `Let each output or forward_to lead to one of them, once (Alloy shows the graph at /graph)`,
          }
        : {
            cause: `${twice} of ${emitted} ${ITEM_NAMES[items]} arrived twice: ${list(places.map(nameComponent))} has sent each once, so something behind it passes them on again`,
            fix: `Look at what stands between Alloy and the backend, at ${list(places.map((place) => nameAddress(place, 'its endpoint')))}: a proxy that repeats requests, or two that both pass them on`,
          },

  'items changed': ({ items, count, in: changes, place, between }) => ({
    cause: `${count} ${ITEM_NAMES[items]} arrived with another ${list(changes)} than they were sent with${between.length === 0 ? `: nothing in Alloy changes them, so something behind ${nameComponent(place)} does` : ''}`,
    fix:
      between.length === 0
        ? `Look at what stands between Alloy and the backend, at ${nameAddress(place, 'its endpoint')}: it changes the ${list(changes)} of what it passes on`
        : `Look at what they pass in Alloy, ${list(between.map(describePlace))}, and behind it at ${nameAddress(place, 'its endpoint')}`,
  }),

  'items late': ({ items, ms, bound, place }) => ({
    cause: `${ITEM_NAMES[items]} took ${describeSeconds(ms)} from ${nameComponent(place)} to the backend, where ${describeSeconds(bound)} are the most`,
    fix: `Look at how long ${nameAddress(place, 'its endpoint')} takes to answer, and at the load of this machine`,
  }),
} satisfies Partial<Sentences>;
