import { Counter, Gauge, type Registry } from 'prom-client';
import { label, version } from '../identity.ts';
import type { Graph } from './graph.ts';

const VERSION = `${version} (${label})`;
const CONTROLLER = { controller_path: '/', controller_id: '' };
const CONTROLLER_LABELS = ['controller_path', 'controller_id'];

/** Registers the metrics of the embedded Alloy itself: its version, its process, its components and their edges. */
export function registerSelfMetrics(registry: Registry, graph: Graph): void {
  const registers = [registry];
  new Gauge({
    name: 'alloy_build_info',
    help: "A metric with a constant '1' value labeled by version, revision, branch, goversion, goos and goarch.",
    labelNames: ['branch', 'goarch', 'goos', 'goversion', 'revision', 'tags', 'version'],
    registers,
  }).set(
    {
      branch: '',
      goarch: process.arch,
      goos: process.platform,
      goversion: '',
      revision: '',
      tags: '',
      version: VERSION,
    },
    1,
  );
  new Gauge({
    name: 'alloy_component_controller_running_components',
    help: 'Total number of running components.',
    labelNames: [...CONTROLLER_LABELS, 'health_type'],
    registers,
    collect() {
      this.reset();
      for (const { health } of graph.components) {
        this.inc({ ...CONTROLLER, health_type: health().state });
      }
    },
  });
  const edges = new Gauge({
    name: 'alloy_component_graph_connection',
    help: 'Indicates that two components are connected in the graph',
    labelNames: [...CONTROLLER_LABELS, 'from', 'to'],
    registers,
  });
  for (const { localID, dataFlowEdgesTo } of graph.components) {
    for (const to of dataFlowEdgesTo) {
      edges.set({ ...CONTROLLER, from: localID, to }, 1);
    }
  }
  registerProcessMetrics(registers);
}

function registerProcessMetrics(registers: Registry[]): void {
  for (const prefix of ['alloy_resources_process', 'process']) {
    new Gauge({
      name: `${prefix}_resident_memory_bytes`,
      help: 'Current resident memory size in bytes.',
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
    new Gauge({
      name: `${prefix}_start_time_seconds`,
      help: 'Start time of the process since Unix epoch in seconds.',
      registers,
    }).set(performance.timeOrigin / 1000);
    new Counter({
      name: `${prefix}_cpu_seconds_total`,
      help: 'Total user and system CPU time spent in seconds.',
      registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    });
  }
}
