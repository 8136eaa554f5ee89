import type { Part } from '../run/part.ts';
import { describeLabels } from './evidence-sentences.ts';
import type { ConnectFault, FindingKind, ScrapeFault, SourceFault } from './finding.ts';
import type { Place } from './place.ts';
import { describeFlaw, describeLine, describePlace, describeWhere, isChanged, nameCorrection } from './place.ts';
import { adviseOnDeniedCommand, list, NAMES, nameAddress, nameComponent, type Sentences } from './words.ts';

/** The words for findings about what is scraped: sources, exporters, targets, and what becomes of their series. */
export const SCRAPE_SENTENCES = {
  'source unreachable': ({ source, address, variable, isSilent }) =>
    isSilent === true
      ? {
          cause: `${NAMES[source]} accepts the connection at ${address} and gives no answer: it hangs`,
          fix: `See what holds ${NAMES[source]} (a stopped process, a full disk, its log), and start it again`,
        }
      : {
          cause: `${NAMES[source]} gives no answer at ${address}`,
          fix: `Start ${NAMES[source]}${variable === undefined ? '' : `, or correct ${variable} if you set it`}`,
        },

  'source fails': ({ source, address, fault, reason, variable }) => ({
    cause: `${NAMES[source]}${address === undefined ? '' : ` at ${address}`} ${SOURCE_FAULTS[fault].cause}: ${reason}`,
    fix: /without any password configured/.test(reason)
      ? `Set the password in Redis again (requirepass), which wants none now; or leave it out${variable === undefined ? '' : ` of ${variable}`}`
      : (adviseOnDeniedCommand(reason) ?? SOURCE_FAULTS[fault].fix(NAMES[source], variable)),
  }),

  'fixture failed': ({ source, reason }) => ({
    cause: `${NAMES[source]} has not taken all that was to be made in it: ${reason}`,
    fix: /permission denied/.test(reason)
      ? 'Let the role that this file works as own what the files before it make (SET ROLE at the head of each), or grant it'
      : 'Correct that file, so that it agrees with the other ones beside it',
  }),

  'exporter cannot connect': ({ source, fault, reason, place }) => ({
    cause: `${place.component} can't ${fault === 'login' || fault === 'no login' ? 'log in' : 'connect'} to ${NAMES[source]}${reason === '' ? '' : `: ${reason}`}`,
    fix: adviseOnExporter(fault, place, NAMES[source]),
  }),

  'scrape fails': ({ url, error, fault, place, source, rightUrl, rule, label }) => ({
    cause: `${place.component} can't scrape ${url}: ${SCRAPE_FAULTS[fault](error, place)}`,
    fix:
      rule === undefined
        ? label === undefined
          ? adviseOnScrape({ fault, place, source, rightUrl, url })
          : `Correct the label ${label.name} of the target${describeWhere(place)}, which is ${JSON.stringify(label.value)}${rightUrl === undefined ? '' : `: the run itself finds the metrics at ${rightUrl}`}`
        : `Change the rule of ${rule.component} that sets ${rule.setting}${describeWhere(rule)}, or remove it`,
  }),

  'no scrape target': ({ labels, exporter, isScraped, unused, taker, other, empty }) => ({
    cause: `no prometheus.scrape has a target with ${describeLabels(labels)}${
      empty !== undefined
        ? `: ${describePlace(empty)} is empty`
        : exporter === undefined || isScraped === true
          ? ''
          : taker === undefined || other === undefined
            ? `: the targets of ${describePlace(exporter)} reach none`
            : `: ${nameComponent(taker)} has the targets of ${other.component}, and those of ${describePlace(exporter)} reach none`
    }`,
    fix:
      unused !== undefined
        ? `Let targets of ${taker === undefined ? 'a prometheus.scrape' : nameComponent(taker)} be ${unused.component}.output${taker === undefined ? describeLine(unused) : ''}`
        : empty !== undefined
          ? `Add a target with ${describeLabels(labels)} to ${describePlace(empty)}`
          : exporter === undefined
            ? `Add a prometheus.scrape with that target; job and instance are set where the target is, or by a discovery.relabel`
            : `Let targets of a prometheus.scrape be those of ${exporter.component}, through a discovery.relabel that sets ${describeLabels(labels)}`,
  }),

  'other target labels': ({ wanted, found, label, scrape, relabel, rule, isRuleUnused, unused, isInline }) => ({
    cause: `${scrape.component} scrapes it as ${describeLabels(found)}, and ${describeLabels(wanted)} is asked for`,
    fix:
      rule !== undefined && isRuleUnused === true
        ? `Let the rule of ${rule.component} that sets ${label} apply to its targets${describeLine(rule)}: its source_labels and regex match none`
        : rule !== undefined
          ? `Let the rule of ${rule.component} that sets ${label} have the replacement ${JSON.stringify(wanted[label])}${describeLine(rule)}`
          : relabel !== undefined
            ? `Add a rule to ${relabel.component}${describeLine(relabel)}: target_label = "${label}", replacement = ${JSON.stringify(wanted[label])}`
            : unused !== undefined
              ? `Let targets of ${scrape.component} be ${unused.component}.output${describeWhere(scrape)}: the exporter sets its labels, and only relabelling overrides them`
              : isInline === true
                ? `Give the target the label ${label} = ${JSON.stringify(wanted[label])}${describeWhere(scrape)}`
                : 'Put a discovery.relabel between the exporter and the scrape that sets job and instance: ' +
                  'the job_name of a prometheus.scrape does not override the labels that an exporter sets',
  }),

  'targets dropped': ({ place, action, regex }) => ({
    cause: `a rule of ${place.component} takes its targets out${describeLine(place)}: ${action} ${JSON.stringify(regex)}; the scrape has none left`,
    fix: `Change that rule so that they stay, or remove it`,
  }),

  'series relabelled': ({ place, block, label, from, to }) => ({
    cause:
      to === ''
        ? `a ${block} of ${place.component} removes the label ${label}${describeLine(place)}: it is ${JSON.stringify(from)} before`
        : `a ${block} of ${place.component} sets ${label} to ${JSON.stringify(to)}${describeLine(place)}: it is ${JSON.stringify(from)} before, and that is asked for`,
    fix: `Change that ${block} so that ${label} stays as it is, or remove it`,
  }),

  'series merged': ({ place, block, action, regex, target, replacement, labels, metric }) => ({
    cause:
      `a ${block} of ${place.component} makes one series of several${describeLine(place)}: ` +
      `${target === undefined ? `${action} ${JSON.stringify(regex)}` : `it sets ${target} to ${JSON.stringify(replacement)}`}, and nothing but ${list(labels)} tells those of ${metric} apart; ` +
      'Prometheus refuses all but one of their samples',
    fix: `Change that ${block} so that ${list(labels)} ${labels.length === 1 ? 'stays' : 'stay'}, or remove it`,
  }),

  'targets alike': ({ scrapes: [one, other], labels, rule }) => ({
    cause:
      (one.component === other.component
        ? `${nameComponent(one)} has several targets with ${describeLabels(labels)}`
        : `${nameComponent(one)} and ${nameComponent(other)} both have a target with ${describeLabels(labels)}`) +
      ': they write the same series, and Prometheus refuses one of two samples, or stores both',
    fix:
      rule !== undefined
        ? `Give each target another ${rule.setting}: the rule of ${rule.component} that sets it${describeLine(rule)} gives them the same`
        : one.component === other.component
          ? `Give each target another instance`
          : `Remove one of the two, or give their targets different labels`,
  }),

  'targets of another exporter': ({ source, place, exporter, other }) => ({
    cause: `${nameComponent(place)} has the targets of ${other.component}, which does not measure ${NAMES[source]}: ${place.setting} is ${place.expression ?? `${other.component}.targets`}`,
    fix: `Let ${place.setting}${describeWhere(place)} be ${exporter.component}.targets`,
  }),

  'metric not exported': ({ url, metric, renamed, place }) => ({
    cause: `${url} has ${renamed === undefined ? `no ${metric}` : `${renamed}, and no ${metric}`}: ${place.component} has ${place.setting} = ${place.expression}${describeLine(place)}`,
    fix:
      renamed === undefined
        ? `Change ${place.setting}${describeWhere(place)} so that ${metric} is on that page, or remove it`
        : `Remove ${place.setting}${describeWhere(place)}`,
  }),

  'series not dropped': ({ metric, scrape, filter, passed, partly, isPassedBy, setting }) => {
    const way = `no rule drops ${metric} on its way from ${scrape.component}`;
    if (filter !== undefined && isPassedBy === true) {
      return {
        cause: `${metric} passes by ${describePlace(filter)}, which drops it: ${scrape.component} has forward_to = ${scrape.expression ?? 'others, too'}`,
        fix: `Let forward_to of ${scrape.component}${describeWhere(scrape)} be [${filter.component}.receiver] alone`,
      };
    }
    if (filter !== undefined) {
      return {
        cause: `${way}: ${describePlace(filter)} would, and the scrape does not forward there`,
        fix: `Let forward_to of ${scrape.component}${describeWhere(scrape)} be [${filter.component}.receiver]`,
      };
    }
    if (setting !== undefined) {
      return {
        cause: `${metric} is there because of ${setting.setting} of ${nameComponent(setting)}, and ${way}`,
        fix: `Remove ${setting.setting}${describeWhere(setting)}, or drop what it makes with a prometheus.relabel`,
      };
    }
    if (partly !== undefined) {
      return {
        cause: `${way}: the regex of a rule of ${partly.place.component}${describeLine(partly.place)} has to match the whole value, and ${JSON.stringify(partly.regex)} matches a part of it`,
        fix: `Add .* to that regex where more may follow${describeWhere(partly.place)}`,
      };
    }
    return {
      cause: `${way}${passed === undefined ? ': no prometheus.relabel is on it' : ` through ${describePlace(passed)}`}`,
      fix: `Add a rule with action = "drop" and source_labels = ["__name__"] to ${passed === undefined ? 'a prometheus.relabel between the two' : describePlace(passed)}`,
    };
  },

  'series dropped': ({ place, block, action, regex }) =>
    action === undefined
      ? {
          cause: `the rules of ${place.component} take every series out${describeLine(place)}`,
          fix: `Change the rules so that series remain${describeWhere(place)}`,
        }
      : {
          cause: `a ${block} of ${place.component} takes series out that are asked for${describeLine(place)}: ${action} ${JSON.stringify(regex)}`,
          fix: `Change that ${block} so that they stay, or remove it`,
        },

  'scraped too seldom': ({ place, interval }) => ({
    cause: `${place.component} scrapes every ${interval}${describeLine(place)}, which is longer than the criteria wait`,
    fix: `Let scrape_interval read ALLOY_SCRAPE_INTERVAL${describeWhere(place)}, or set that variable to what it is, so that the criteria wait`,
  }),

  'forwards to nothing': ({ place, receiver }) => ({
    cause: `${place.component} forwards to nothing${describeLine(place)}: what it has ends there`,
    fix: `Let its forward_to name what sends it out${receiver === undefined ? '' : `, such as [${receiver}]`}`,
  }),

  'other labels': ({ wanted, found, behind }) => ({
    cause: `it is scraped and delivered under other labels: ${describeLabels(found)} instead of ${describeLabels(wanted)}${
      behind === undefined
        ? ''
        : `; its target in Alloy has the right ones, so something behind ${nameComponent(behind)} changes them`
    }`,
    fix:
      behind !== undefined
        ? `Look at what stands between Alloy and the backend, at ${nameAddress(behind, 'its url')}: it strips or changes labels`
        : 'Put a discovery.relabel between the exporter and the scrape that sets job and instance: ' +
          'the job_name of a prometheus.scrape does not override the labels that an exporter sets',
  }),

  'other mark': ({ place, label, wanted, found }) => ({
    cause: `${place.component} ${found === '' ? 'does not mark series' : `marks series with ${describeLabels({ [label]: found })}`}${describeLine(place)}, and this run asks for those with ${describeLabels({ [label]: wanted })}`,
    fix: `Let ${label} of external_labels${describeWhere(place)} be sys.env("ALLOY_VERIFY_RUN_ID"), which a run sets`,
  }),
} satisfies Partial<Sentences>;

/** What a source does instead of what it should, and what to do about it. */
const SOURCE_FAULTS: Readonly<
  Record<SourceFault, { readonly cause: string; readonly fix: (source: string, variable?: string) => string }>
> = {
  login: {
    cause: 'refuses the login of the run',
    fix: (source, variable) =>
      `Give the user of the run the password that ${source} wants${variable === undefined ? '' : `, or correct it in ${variable} if you set that`}` +
      // It says the same of both, and only its log tells which it is.
      (source === 'PostgreSQL' ? '; if the password is right, it has expired: ALTER ROLE … VALID UNTIL' : ''),
  },
  'no database': {
    cause: 'has no such database, or nobody may use it',
    fix: (_, variable) =>
      `Create it, or take it into service again${variable === undefined ? '' : `; or correct its name in ${variable} if you set that`}`,
  },
  'too many clients': {
    cause: 'takes no more connections',
    fix: (source) =>
      `Close connections that nobody needs, or raise the limit: ${
        { PostgreSQL: 'max_connections, or CONNECTION LIMIT of the role', Redis: 'maxclients' }[source] ??
        'max-connections of the virtual host or the user'
      }`,
  },
  locked: {
    cause: 'lets statements wait for a lock on a table',
    fix: () => 'Have that session commit, or end it: SELECT pg_terminate_backend(PID)',
  },
  cancels: {
    cause: 'does not let a statement of the run end',
    fix: () =>
      "Raise or remove the limit: SHOW statement_timeout, lock_timeout as the run's role; ALTER ROLE … RESET, or ALTER DATABASE … RESET",
  },
  'read-only': {
    cause: 'takes nothing that writes',
    fix: (source) =>
      source === 'Redis'
        ? 'Make it a master again (REPLICAOF NO ONE), or use the master'
        : 'Turn default_transaction_read_only off for the role and the database, or use the primary server',
  },
  'out of memory': {
    cause: 'has no memory left and refuses what writes',
    fix: () => 'Raise maxmemory, or set maxmemory-policy to one that evicts keys, such as allkeys-lru',
  },
  alarm: {
    cause: 'takes no messages',
    fix: () => 'Raise that limit in rabbitmq.conf, or free memory and disk; rabbitmqctl status shows its alarms',
  },
  'no permission': {
    cause: 'does not allow this to the user of the run',
    fix: (source) =>
      source === 'PostgreSQL'
        ? 'Grant it to the role (GRANT)'
        : source === 'Redis'
          ? 'Allow it to the user (ACL SETUSER)'
          : 'Let the user configure, write and read in the virtual host: rabbitmqctl set_permissions -p / USER ".*" ".*" ".*"',
  },
  'queue limit': {
    cause: 'takes no more queues',
    fix: () => 'Delete queues that nobody needs, or raise max-queues: rabbitmqctl clear_vhost_limits -p /',
  },
  'other queue': {
    cause: 'has the queue with other arguments than it is declared with',
    fix: () => 'Delete the queue, and let the services declare it again',
  },
  'no queue': {
    cause: 'does not have it',
    fix: () => 'Let the services declare it: they do so whenever they connect',
  },
  'no statistics': {
    cause: 'does not count what is measured',
    fix: () =>
      'Turn track_counts on: ALTER SYSTEM RESET track_counts; SELECT pg_reload_conf(); and look for it at the role and the database too',
  },
  'no activity': {
    cause: 'does not watch what its sessions do',
    fix: () =>
      'Turn track_activities on: ALTER SYSTEM RESET track_activities; SELECT pg_reload_conf(); and look for it at the role and the database too',
  },
  schema: {
    cause: 'refuses a statement of this criterion',
    fix: () =>
      'Have the database, and what the criteria do in it (helpers/emit), agree: fixtures/postgres/2-schema.sql has its tables',
  },
  'no metrics page': {
    cause: 'works and has no metrics page',
    fix: () => 'Turn the plugin rabbitmq_prometheus on: in enabled_plugins, or with rabbitmq-plugins enable',
  },
  'no metrics per object': {
    cause: 'gives totals only, without the label queue',
    fix: () => 'Set prometheus.return_per_object_metrics = true in rabbitmq.conf, and start it again',
  },
  unhealthy: { cause: 'reports that it does not work', fix: (source) => `See the log of ${source}` },
};

function adviseOnExporter(fault: ConnectFault, place: Place, source: string): string {
  const { expression, variables = [], setting = '', component } = place;
  if (expression === undefined) return `Set ${setting} of ${component}${describeLine(place)}: ${source} wants it`;
  if (place.misspelt !== undefined) return `Correct ${nameCorrection(place)}`;
  const what =
    variables.length === 0 || isChanged(place) ? `${setting}${describeWhere(place)}` : variables.join(' or ');
  if (place.flaw !== undefined) return `Correct ${what}${describeFlaw(place)}`;
  switch (fault) {
    case 'no login':
      return `Set ${what}${variables.length === 0 ? '' : `, which ${setting} reads${describeWhere(place)}`}: it is empty`;
    case 'login':
      return setting === 'redis_user'
        ? `Correct ${what} and the password beside it, or remove it: a password alone is that of the default user`
        : `Correct the user and password in ${what}`;
    case 'no database':
      return `Correct the name of the database in ${what}`;
    case 'TLS':
      return source === 'Redis'
        ? `Correct the scheme in ${what}: rediss:// is for a Redis with TLS, redis:// for one without`
        : `Correct sslmode in ${what}`;
    case 'address':
      return `Correct the address in ${what}: ${source === 'Redis' ? 'HOST:PORT, or redis://HOST:PORT' : 'postgresql://USER:PASSWORD@HOST:PORT/DATABASE'}`;
    case 'unknown host':
    case 'refused':
    case 'timeout':
      if (setting === 'connection_timeout') return `Raise ${what}, which is ${place.value ?? expression}, or remove it`;
      return `Correct the address in ${what}, as Alloy reaches it`;
    case 'other':
      return `Check the address and the login in ${what}`;
  }
}

/** What kept a scrape from working, with what Alloy says where that says more. */
const SCRAPE_FAULTS: Readonly<Record<ScrapeFault, (error: string, place: Place) => string>> = {
  refused: () => 'nothing listens there (connection refused)',
  'unknown host': () => 'no host has this name (no such host)',
  timeout: (_, { setting, value }) =>
    `it takes longer than scrape_timeout${setting === 'scrape_timeout' && value !== undefined ? `, which is ${value}` : ''} (context deadline exceeded)`,
  address: (error) => error,
  'HTTP status': (error) => error,
  TLS: (error) => `the two sides disagree about TLS: ${error}`,
  'not metrics': (error) => `what it answers are no metrics: ${error}`,
  'sample limit': () => 'it has more series than sample_limit, so the whole scrape is dropped',
  'body size limit': () => 'its page is larger than body_size_limit, so the whole scrape is dropped',
  'label limit': (_, { setting = 'targets' }) =>
    `a series has more or longer labels than ${setting === 'targets' ? 'its limits allow' : `${setting} allows`}, so the whole scrape is dropped`,
  'target limit': (error) => `it has more targets than allowed, and then scrapes none of them: ${error}`,
  'login file': (error) => error.replace(/^.*?(?=unable to read)/, ''),
  other: (error) => error,
};

type FailedScrape = Pick<FindingKind<'scrape fails'>, 'fault' | 'place' | 'url'> & {
  readonly source: Part | undefined;
  readonly rightUrl: string | undefined;
};

function adviseOnScrape({ fault, place, source, rightUrl, url }: FailedScrape): string {
  const { setting, variables = [], expression } = place;
  if (fault === 'timeout' && setting === 'scrape_timeout' && expression !== undefined && variables.length === 0) {
    return `Raise scrape_timeout = ${expression}${describeWhere(place)}; if it is long enough, see why ${source === undefined ? 'the target' : NAMES[source]} is slow`;
  }
  if (fault === 'timeout') {
    return `See why ${source === undefined ? 'the target' : NAMES[source]} is slow or out of reach, or raise scrape_timeout${describeWhere(place)}`;
  }
  if (setting !== undefined && setting !== 'targets' && expression !== undefined) {
    const known =
      rightUrl !== undefined && setting === 'metrics_path'
        ? `: ${NAMES[source ?? 'rabbitmq']} has its metrics at ${rightUrl}`
        : '';
    if (fault.endsWith(' limit')) return `Raise ${setting} = ${expression}${describeWhere(place)}, or remove it`;
    return `Correct ${setting} = ${expression}${describeWhere(place)}${known}`;
  }
  if (place.misspelt !== undefined) return `Correct ${nameCorrection(place)}`;
  if (fault === 'address') {
    return `Correct ${variables.length === 0 || isChanged(place) ? `__address__${describeWhere(place)}` : variables.join(' or ')}: it is HOST:PORT, without a scheme or a path`;
  }
  const given =
    URL.canParse(url) && expression?.includes(`"${new URL(url).host}"`) ? `"${new URL(url).host}"` : undefined;
  const there = rightUrl === undefined ? '' : `: the run itself finds the metrics at ${rightUrl}`;
  const unset =
    given === undefined
      ? undefined
      : variables.find((name) => expression?.replaceAll(/,\s+/g, ',').includes(`sys.env("${name}"),${given}`));
  if (unset !== undefined)
    return `Set ${unset}, without which the address of the target is ${given}${describeWhere(place)}${there}`;
  const address =
    given !== undefined
      ? `the __address__ ${given}${describeWhere(place)}, or remove that target`
      : variables.length === 0 || isChanged(place)
        ? `the address of the target${describeWhere(place)}`
        : variables.join(' or ');
  return `Correct ${address}${there}`;
}
