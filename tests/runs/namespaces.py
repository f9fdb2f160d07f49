#!/usr/bin/env python3
"""Creates namespaces: controllers want theirs from the start.   namespaces.py NAME…   (KUBECONFIG)"""
import sys
from run_case import Api

api = Api()
for name in sys.argv[1:]:
    if api.get('/api/v1/namespaces/' + name) is None:
        api.req('POST', '/api/v1/namespaces', {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': name}})
