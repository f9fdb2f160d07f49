#!/usr/bin/env python3
"""Measures a controller with ActionSets that do nothing: one WaitV2 phase on a namespace that exists.

  bench.py --kanister FILE --folder DIR [--count N] [--alone N] [--finished N]    (KUBECONFIG: a cluster)

Prints one line per figure. Writes are counted by the controller itself (requests other than GET).
"""
import argparse, os, queue, re, statistics, subprocess, sys, threading, time, urllib.request
from run_case import Api, Watch, CR

NS = 'bench'
BLUEPRINT = {'apiVersion': 'cr.kanister.io/v1alpha1', 'kind': 'Blueprint', 'metadata': {'name': 'noop', 'namespace': NS}, 'actions': {'act': {'phases': [
    {'func': 'WaitV2', 'name': 'wait', 'args': {'timeout': '30s', 'conditions': {'allOf': [
        {'condition': '{{ eq .status.phase "Active" }}', 'objectReference': {'apiVersion': 'v1', 'resource': 'namespaces', 'name': NS}}]}}}]}}}
SETS = '%s/namespaces/%s/actionsets' % (CR, NS)


class Controller:
    def __init__(self, arguments, name):
        self.log = os.path.join(arguments.folder, 'controller-%s.log' % name)
        command = [arguments.kanister, 'controller', '--listen', '127.0.0.1:0', '--kubeconfig', os.environ['KUBECONFIG']]
        if arguments.cache: command += ['--cache', arguments.cache]
        out = open(self.log, 'w')
        self.began = time.time()
        self.process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=dict(os.environ, POD_NAMESPACE=NS, POD_SERVICE_ACCOUNT='default'))
        while True:
            found = re.search(r'serving metrics and health","address":"([^"]+)"|"address":"([^"]+)"', open(self.log).read())
            if found: break
            if self.process.poll() is not None: sys.exit(open(self.log).read())
            time.sleep(0.01)
        self.address = found.group(1) or found.group(2)

    def get(self, path):
        return urllib.request.urlopen('http://%s%s' % (self.address, path)).read().decode()

    def ready(self):
        while True:
            try: self.get('/readyz')
            except OSError: time.sleep(0.005); continue
            if '\nkanister_leader 1\n' in self.get('/metrics'): return time.time() - self.began
            time.sleep(0.005)

    def requests(self):
        """(writes, all) until now"""
        lines = re.findall(r'kanister_api_requests_total\{method="(\w+)",status="\w+"\} (\d+)', self.get('/metrics'))
        return sum(int(n) for m, n in lines if m != 'GET'), sum(int(n) for _, n in lines)

    def resident(self):
        return int(re.search(r'VmRSS:\s+(\d+)', open('/proc/%d/status' % self.process.pid).read()).group(1)) / 1024

    def stop(self):
        self.process.terminate(); self.process.wait()


def make(api, name):
    api.req('POST', SETS, {'apiVersion': 'cr.kanister.io/v1alpha1', 'kind': 'ActionSet', 'metadata': {'name': name, 'namespace': NS},
                           'spec': {'actions': [{'name': 'act', 'blueprint': 'noop', 'object': {'kind': 'Namespace', 'name': NS, 'namespace': NS}}]}})


def many(api, count, prefix):
    numbers = queue.Queue()
    for i in range(count): numbers.put(i)
    def work():
        while True:
            try: make(api, '%s-%d' % (prefix, numbers.get_nowait()))
            except queue.Empty: return
    threads = [threading.Thread(target=work) for _ in range(8)]
    [t.start() for t in threads]; [t.join() for t in threads]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('--kanister', '--folder'): parser.add_argument(name, required=True)
    parser.add_argument('--cache')
    parser.add_argument('--count', type=int, default=1000); parser.add_argument('--alone', type=int, default=50)
    arguments = parser.parse_args()
    api = Api()
    if api.get('/api/v1/namespaces/' + NS) is None:
        api.req('POST', '/api/v1/namespaces', {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': NS}})
    controller = Controller(arguments, 'first'); controller.ready()
    api.req('POST', '%s/namespaces/%s/blueprints' % (CR, NS), BLUEPRINT)
    ended, bad, change = {}, [], threading.Condition()
    def sink(_, kind, item):
        state = (item.get('status') or {}).get('state')
        if state in ('complete', 'failed'):
            with change:
                name = item['metadata']['name']
                if name not in ended and state == 'failed': bad.append((name, item['status']['error']))
                ended.setdefault(name, time.time()); change.notify_all()
    watch = Watch(api, SETS, sink, 'sets')
    def wait(names):
        with change:
            if not change.wait_for(lambda: all(n in ended for n in names), 600): sys.exit('not all ended: %d of %d' % (sum(n in ended for n in names), len(names)))
    make(api, 'warm'); wait(['warm'])
    alone = []
    for i in range(arguments.alone):
        name = 'alone-%d' % i; began = time.time(); make(api, name); wait([name]); alone.append((ended[name] - began) * 1000)
    print('one alone: p50 %.1f ms, p99 %.1f ms' % (statistics.median(alone), sorted(alone)[int(len(alone) * 0.99) - 1]))
    writes, _ = controller.requests(); began = time.time()
    many(api, arguments.count, 'many'); created = time.time() - began
    wait(['many-%d' % i for i in range(arguments.count)]); took = max(ended.values()) - began
    after, last = controller.requests()[0], 0
    while after != last:   # Events are written beside the runs.
        time.sleep(5); last, after = after, controller.requests()[0]
        if after - last <= 3: break   # The lease.
    print('%d at once: %.1f/s (created within %.1f s), %.2f writes each, %d failed' % (arguments.count, arguments.count / took, created, (after - writes) / arguments.count, len(bad)))
    if bad: print(bad[0])
    print('resident with %d finished: %.0f MB' % (len(ended), controller.resident()))
    _, before = controller.requests(); time.sleep(10); _, after = controller.requests()
    print('idle: %.2f requests per second' % ((after - before) / 10))
    controller.stop()
    controller = Controller(arguments, 'second')
    print('from start to leading with %d finished: %.2f s' % (len(ended), controller.ready()))
    time.sleep(1); print('resident after the start: %.0f MB' % controller.resident())
    controller.stop(); watch.stop()
    return 1 if bad else 0


if __name__ == '__main__': sys.exit(main())
