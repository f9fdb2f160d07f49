#!/usr/bin/env python3
"""Kills a controller at phase borders and inside phases, and looks what becomes of its runs.

  faults.py --kanister FILE --folder DIR [--runs N] [--seed N] [--cache DIR]      (KUBECONFIG: a cluster with the image test.local/busybox:1)

Each run plays one ActionSet with a command in a pod, a helper pod, a wait, another command and a deferPhase. A plan
drawn from the seed says at which transition the controller is killed (SIGKILL) and how much later; another one is
started at once. In the end the ActionSet must be complete or failed with a reason; no command may have run twice; no
helper pod, no notes and no finalizer may be left. The last line is `N passed, N failed, N skipped`.
"""
import argparse, os, random, signal, subprocess, sys, time
import yaml
from run_case import Api, Watch, CR, transition

NS = 'faults'
OBJECTS = '''
{apiVersion: v1, kind: Pod, metadata: {name: app, namespace: faults}, spec: {terminationGracePeriodSeconds: 0, containers: [
  {name: main, image: "test.local/busybox:1", command: [sleep, "36000"], volumeMounts: [{name: data, mountPath: /data}]}], volumes: [{name: data, emptyDir: {}}]}}
---
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata: {name: faults, namespace: faults}
actions:
  go:
    outputArtifacts: {all: {keyValue: {one: "{{ .Phases.one.Output.k }}", task: "{{ .Phases.task.Output.k }}", time: "{{ .Time }}"}}}
    deferPhase: {func: KubeExec, name: last, args: {namespace: faults, pod: app, container: main, command: [sh, -c, "echo defer-{{ .Options.run }} >> /data/log"]}}
    phases:
    - {func: KubeExec, name: one, args: {namespace: faults, pod: app, container: main, command: [sh, -c, "echo one-{{ .Options.run }} >> /data/log; sleep 0.3; echo '###Phase-output###: {\\"key\\":\\"k\\",\\"value\\":\\"v1\\"}'"]}}
    - {func: KubeTask, name: task, args: {namespace: faults, image: "test.local/busybox:1", command: [sh, -c, "sleep 0.4; echo '###Phase-output###: {\\"key\\":\\"k\\",\\"value\\":\\"v2\\"}'"]}}
    - {func: WaitV2, name: wait, args: {timeout: 30s, conditions: {allOf: [{condition: '{{ eq .status.phase "Running" }}', objectReference: {apiVersion: v1, resource: pods, name: app, namespace: faults}}]}}}
    - {func: KubeExec, name: two, args: {namespace: faults, pod: app, container: main, command: [sh, -c, "echo two-{{ .Options.run }} >> /data/log"]}}
'''


class Controller:
    def __init__(self, arguments):
        self.arguments, self.count, self.process = arguments, 0, None

    def start(self):
        self.count += 1
        log = open(os.path.join(self.arguments.folder, 'controller-%d.log' % self.count), 'w')
        command = [self.arguments.kanister, 'controller', '--listen', '127.0.0.1:0', '--lease-seconds', '1', '--kubeconfig', os.environ['KUBECONFIG']]
        if self.arguments.cache: command += ['--cache', self.arguments.cache]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                        env=dict(os.environ, POD_NAMESPACE=NS, POD_SERVICE_ACCOUNT='default'))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def until(condition, seconds):
    end = time.time() + seconds
    while time.time() < end:
        found = condition()
        if found: return found
        time.sleep(0.02)
    return None


def state_of(api, name):
    found = api.get('%s/namespaces/%s/actionsets/%s' % (CR, NS, name))
    return found and (found.get('status') or {}).get('state'), found


def lines(api):
    out, _, _ = api.exec(NS, 'app', 'main', ['cat', '/data/log'])
    return out.decode().split()


def play(api, controller, seen, number, plan):
    """One run; what is wrong with its end."""
    name = 'run-%d' % number
    api.req('POST', '%s/namespaces/%s/actionsets' % (CR, NS), {
        'apiVersion': 'cr.kanister.io/v1alpha1', 'kind': 'ActionSet', 'metadata': {'name': name, 'namespace': NS},
        'spec': {'actions': [{'name': 'go', 'blueprint': 'faults', 'object': {'kind': 'Namespace', 'name': NS, 'namespace': NS}, 'options': {'run': str(number)}}]}})
    for at, delay in plan:
        over = lambda: state_of(api, name)[0] in ('complete', 'failed')
        if not until(lambda: len(seen.get(name, [])) >= at or over(), 60): return 'it came to no transition %d' % at
        time.sleep(delay)
        controller.kill()
        controller.start()
    path = '%s/namespaces/%s/actionsets/%s' % (CR, NS, name)
    finished = lambda: ((api.get(path) or {}).get('status') or {}).get('run', {}).get('finishedAt')
    if not until(finished, 90): return 'it does not end: %s' % (api.get(path).get('status'))
    state, found = state_of(api, name)
    wrong = []
    if state not in ('complete', 'failed'): wrong.append('its state is %s' % state)
    if state == 'failed' and not found['status']['error'].get('message'): wrong.append('it failed without a reason')
    if until(lambda: not api.get(path)['metadata'].get('finalizers'), 10) is None: wrong.append('the finalizer is left')
    log = lines(api)
    for word in ('one', 'two', 'defer'):
        times = log.count('%s-%d' % (word, number))
        if times > 1: wrong.append('%s ran %d times' % (word, times))
        if state == 'complete' and times != 1: wrong.append('it is complete and %s ran %d times' % (word, times))
    if state == 'complete':
        values = found['status']['actions'][0]['artifacts']['all']['keyValue']
        if (values['one'], values['task']) != ('v1', 'v2'): wrong.append('the artifacts are %s' % values)
    pods = lambda: [p for p in api.get('/api/v1/namespaces/%s/pods' % NS)['items'] if p['metadata']['name'] != 'app']
    if until(lambda: not pods(), 20) is None: wrong.append('a helper pod is left: %s' % [p['metadata']['name'] for p in pods()])
    notes = lambda: api.get('/api/v1/namespaces/%s/configmaps/run-%s' % (NS, found['metadata']['uid']))
    if until(lambda: not notes(), 10) is None: wrong.append('the notes are left')
    print('%s %s %s killed at %s%s' % ('FAIL' if wrong else 'pass', name, state, plan, ': ' + '; '.join(wrong) if wrong else ''), flush=True)
    if state == 'failed': print('     ' + found['status']['error']['message'][:300], flush=True)
    return '; '.join(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--kanister', required=True); parser.add_argument('--folder', required=True); parser.add_argument('--cache')
    parser.add_argument('--runs', type=int, default=30); parser.add_argument('--seed', type=int, default=1)
    arguments = parser.parse_args()
    api, chance, controller = Api(), random.Random(arguments.seed), Controller(arguments)
    print('seed %d' % arguments.seed)
    if api.get('/api/v1/namespaces/' + NS) is None:
        api.req('POST', '/api/v1/namespaces', {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': NS}})
    controller.start()
    if not until(lambda: api.get('/apis/cr.kanister.io/v1alpha1'), 180): sys.exit('the controller does not start')
    time.sleep(1)
    for document in yaml.safe_load_all(OBJECTS): api.req('POST', api.path(document, False), document)
    until(lambda: api.get('/api/v1/namespaces/%s/pods/app' % NS)['status'].get('phase') == 'Running', 30)
    seen = {}
    def sink(_, kind, item):
        snapshot, known = transition(item), seen.setdefault(item['metadata']['name'], [])
        if not known or known[-1] != snapshot: known.append(snapshot)
    watch = Watch(api, '%s/namespaces/%s/actionsets' % (CR, NS), sink, 'sets')
    passed = failed = 0
    for number in range(arguments.runs):
        # 1 is the creation, about 13 the end.
        plan = [(chance.randint(1, 12), chance.choice([0, 0, round(chance.random() * 0.5, 2)]))]
        if chance.random() < 0.3: plan.append((plan[0][0] + chance.randint(0, 4), round(chance.random() * 0.6, 2)))
        if play(api, controller, seen, number, plan): failed += 1
        else: passed += 1
    watch.stop(); controller.process.terminate(); controller.process.wait()
    print('%d passed, %d failed, 0 skipped' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__': sys.exit(main())
