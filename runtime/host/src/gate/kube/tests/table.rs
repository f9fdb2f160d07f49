//! Requests and what the API server's resolver makes of them, from the Kubernetes API's own
//! description of its paths.

use http::Method;

use super::super::query::Query;
use super::super::request::{RequestInfo, ResourceRequest, read};

/// `verb group version namespace resource name subresource`, `-` for none.
fn show(info: &RequestInfo) -> String {
    let RequestInfo::Resource(ResourceRequest {
        verb,
        group,
        version,
        namespace,
        resource,
        name,
        subresource,
    }) = info
    else {
        return "discovery".to_owned();
    };
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let group = if group.is_empty() { "core" } else { group };
    format!(
        "{verb} {group} {version} {} {resource} {} {}",
        or(namespace),
        or(name),
        or(subresource)
    )
}

pub(super) fn resolve(method: &str, target: &str) -> Result<String, &'static str> {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let query = Query::parse(query)?;
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    read(&method, path, &query).map(|info| show(&info))
}

#[test]
fn requests_are_read_as_the_api_server_reads_them() {
    for (request, expected) in [
        // Collections.
        (
            "GET /api/v1/namespaces/shop/pods",
            "list core v1 shop pods - -",
        ),
        (
            "HEAD /api/v1/namespaces/shop/pods",
            "list core v1 shop pods - -",
        ),
        ("GET /api/v1/pods", "list core v1 - pods - -"),
        ("GET /api/v1/nodes", "list core v1 - nodes - -"),
        (
            "POST /api/v1/namespaces/shop/pods",
            "create core v1 shop pods - -",
        ),
        (
            "DELETE /api/v1/namespaces/shop/pods",
            "deletecollection core v1 shop pods - -",
        ),
        (
            "DELETE /api/v1/nodes",
            "deletecollection core v1 - nodes - -",
        ),
        (
            "GET /apis/apps/v1/namespaces/shop/deployments",
            "list apps v1 shop deployments - -",
        ),
        (
            "GET /apis/apps/v1/deployments",
            "list apps v1 - deployments - -",
        ),
        (
            "POST /apis/batch/v1/namespaces/shop/jobs?dryRun=All",
            "create batch v1 shop jobs - -",
        ),
        (
            "GET /apis/snapshot.storage.k8s.io/v1/namespaces/shop/volumesnapshots",
            "list snapshot.storage.k8s.io v1 shop volumesnapshots - -",
        ),
        (
            "GET /apis/cr.kanister.io/v1alpha1/namespaces/kanister/actionsets",
            "list cr.kanister.io v1alpha1 kanister actionsets - -",
        ),
        (
            "GET /apis/rbac.authorization.k8s.io/v1/clusterroles",
            "list rbac.authorization.k8s.io v1 - clusterroles - -",
        ),
        // Objects.
        (
            "GET /api/v1/namespaces/shop/pods/db-0",
            "get core v1 shop pods db-0 -",
        ),
        (
            "HEAD /api/v1/namespaces/shop/pods/db-0",
            "get core v1 shop pods db-0 -",
        ),
        (
            "PUT /api/v1/namespaces/shop/pods/db-0",
            "update core v1 shop pods db-0 -",
        ),
        (
            "PATCH /api/v1/namespaces/shop/pods/db-0",
            "patch core v1 shop pods db-0 -",
        ),
        (
            "DELETE /api/v1/namespaces/shop/pods/db-0",
            "delete core v1 shop pods db-0 -",
        ),
        ("GET /api/v1/nodes/n1", "get core v1 - nodes n1 -"),
        (
            "GET /api/v1/persistentvolumes/pv-1",
            "get core v1 - persistentvolumes pv-1 -",
        ),
        (
            "PATCH /apis/apps/v1/namespaces/shop/statefulsets/db",
            "patch apps v1 shop statefulsets db -",
        ),
        (
            "GET /apis/rbac.authorization.k8s.io/v1/clusterroles/system:node",
            "get rbac.authorization.k8s.io v1 - clusterroles system:node -",
        ),
        (
            "GET /apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
            "get rbac.authorization.k8s.io v1 - clusterroles system:node -",
        ),
        (
            "GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions/profiles.cr.kanister.io",
            "get apiextensions.k8s.io v1 - customresourcedefinitions profiles.cr.kanister.io -",
        ),
        (
            "GET /apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/db-0",
            "get metrics.k8s.io v1beta1 shop pods db-0 -",
        ),
        // Names of objects that look like something else.
        (
            "GET /api/v1/namespaces/shop/pods/proxy",
            "get core v1 shop pods proxy -",
        ),
        (
            "GET /api/v1/namespaces/shop/configmaps/watch",
            "get core v1 shop configmaps watch -",
        ),
        (
            "GET /api/v1/namespaces/namespaces/pods",
            "list core v1 namespaces pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods/namespaces",
            "get core v1 shop pods namespaces -",
        ),
        // Namespaces themselves.
        ("GET /api/v1/namespaces", "list core v1 - namespaces - -"),
        ("POST /api/v1/namespaces", "create core v1 - namespaces - -"),
        (
            "GET /api/v1/namespaces/shop",
            "get core v1 shop namespaces shop -",
        ),
        (
            "DELETE /api/v1/namespaces/shop",
            "delete core v1 shop namespaces shop -",
        ),
        (
            "PUT /api/v1/namespaces/shop/finalize",
            "update core v1 shop namespaces shop finalize",
        ),
        (
            "GET /api/v1/namespaces/shop/status",
            "get core v1 shop namespaces shop status",
        ),
        // Subresources.
        (
            "GET /api/v1/namespaces/shop/pods/db-0/log?follow=true",
            "get core v1 shop pods db-0 log",
        ),
        (
            "GET /api/v1/namespaces/shop/pods/db-0/exec?command=ls",
            "get core v1 shop pods db-0 exec",
        ),
        (
            "POST /api/v1/namespaces/shop/pods/db-0/exec?command=ls",
            "create core v1 shop pods db-0 exec",
        ),
        (
            "GET /api/v1/namespaces/shop/pods/db-0/attach",
            "get core v1 shop pods db-0 attach",
        ),
        (
            "POST /api/v1/namespaces/shop/pods/db-0/portforward",
            "create core v1 shop pods db-0 portforward",
        ),
        (
            "POST /api/v1/namespaces/shop/pods/db-0/eviction",
            "create core v1 shop pods db-0 eviction",
        ),
        (
            "POST /api/v1/namespaces/shop/pods/db-0/binding",
            "create core v1 shop pods db-0 binding",
        ),
        (
            "PATCH /api/v1/namespaces/shop/pods/db-0/ephemeralcontainers",
            "patch core v1 shop pods db-0 ephemeralcontainers",
        ),
        (
            "PATCH /api/v1/namespaces/shop/pods/db-0/status",
            "patch core v1 shop pods db-0 status",
        ),
        (
            "GET /apis/apps/v1/namespaces/shop/deployments/web/scale",
            "get apps v1 shop deployments web scale",
        ),
        (
            "PUT /apis/apps/v1/namespaces/shop/deployments/web/scale",
            "update apps v1 shop deployments web scale",
        ),
        (
            "POST /api/v1/namespaces/shop/serviceaccounts/sa/token",
            "create core v1 shop serviceaccounts sa token",
        ),
        (
            "GET /api/v1/namespaces/shop/services/web/proxy",
            "get core v1 shop services web proxy",
        ),
        (
            "GET /api/v1/namespaces/shop/services/web:80/proxy/a/b/c",
            "get core v1 shop services web:80 proxy",
        ),
        (
            "POST /api/v1/nodes/n1/proxy/exec/shop/db-0/db",
            "create core v1 - nodes n1 proxy",
        ),
        (
            "GET /apis/batch/v1/namespaces/shop/jobs/j/status",
            "get batch v1 shop jobs j status",
        ),
        // Watches.
        (
            "GET /api/v1/namespaces/shop/pods?watch=1",
            "watch core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?watch=true&resourceVersion=7",
            "watch core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?watch=TRUE",
            "watch core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?watch=",
            "watch core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?watch",
            "watch core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?watch=yes",
            "watch core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?watch=false",
            "list core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?watch=FALSE",
            "list core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?watch=0",
            "list core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?%77atch=1",
            "watch core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?Watch=1",
            "list core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods/db-0?watch=1",
            "get core v1 shop pods db-0 -",
        ),
        (
            "GET /api/v1/watch/namespaces/shop/pods",
            "watch core v1 shop pods - -",
        ),
        (
            "GET /api/v1/watch/namespaces/shop/pods/db-0",
            "watch core v1 shop pods db-0 -",
        ),
        ("GET /api/v1/watch/pods", "watch core v1 - pods - -"),
        (
            "GET /api/v1/watch/namespaces/shop",
            "watch core v1 shop namespaces shop -",
        ),
        (
            "GET /apis/apps/v1/watch/deployments",
            "watch apps v1 - deployments - -",
        ),
        // Selectors that mean one name.
        (
            "GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Ddb-0",
            "list core v1 shop pods db-0 -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name=db-0",
            "list core v1 shop pods db-0 -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name==db-0&watch=1",
            "watch core v1 shop pods db-0 -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?fieldSelector=spec.nodeName=n1,metadata.name=db-0",
            "list core v1 shop pods db-0 -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name!=db-0",
            "list core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name=a%2Fb",
            "list core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name=",
            "list core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?fieldSelector=x.metadata.name=db-0",
            "list core v1 shop pods - -",
        ),
        (
            "GET /api/v1/namespaces/shop/pods?fieldSelector=spec.nodeName=a%5C,metadata.name=db-0",
            "list core v1 shop pods - -",
        ),
        (
            "DELETE /api/v1/namespaces/shop/pods?fieldSelector=metadata.name=db-0",
            "deletecollection core v1 shop pods - -",
        ),
        // Which resources there are.
        ("GET /version", "discovery"),
        ("GET /api", "discovery"),
        ("GET /apis", "discovery"),
        ("GET /api/v1", "discovery"),
        ("GET /apis/apps", "discovery"),
        ("GET /apis/apps/v1", "discovery"),
    ] {
        let (method, target) = request.split_once(' ').unwrap();
        assert_eq!(
            resolve(method, target).as_deref(),
            Ok(expected),
            "{request}"
        );
    }
}

/// T2: paths that the gate and the API server, or a proxy between them, could read differently.
#[test]
fn what_has_no_single_reading_is_refused() {
    for request in [
        // Empty segments, and slashes at the end.
        "GET //api/v1/namespaces/shop/pods",
        "GET /api//v1/namespaces/shop/pods",
        "GET /api/v1/namespaces//pods",
        "GET /api/v1/namespaces/shop/pods/",
        "GET /api/v1/namespaces/shop//pods/db-0",
        "GET /",
        "GET api/v1/pods",
        // Segments that walk.
        "GET /api/v1/namespaces/shop/../other/pods",
        "GET /api/v1/namespaces/shop/./pods",
        "GET /api/v1/namespaces/shop/%2e%2e/other/pods",
        "GET /api/v1/namespaces/shop/services/web/proxy/../../../../secrets",
        "GET /api/v1/namespaces/shop/pods/..",
        // Encoded separators, encoding of encoding, broken encoding.
        "GET /api/v1/namespaces/shop%2Fpods",
        "GET /api/v1/namespaces/shop/pods/a%2fexec",
        "GET /api/v1/namespaces/shop/pods/a%252fexec",
        "GET /api/v1/namespaces/shop/pods/a%5cexec",
        "GET /api/v1/namespaces/shop/pods/a\\exec",
        "GET /api/v1/namespaces/shop/pods/a%00",
        "GET /api/v1/namespaces/shop/pods/a%",
        "GET /api/v1/namespaces/shop/pods/a%4",
        "GET /api/v1/namespaces/shop/pods/a%zz",
        "GET /api/v1/namespaces/shop/pods/a%+1",
        "GET /api/v1/namespaces/shop/pods/%ff",
        "GET /api/v1/namespaces/shop/pods/a;b=c",
        "GET /api/v1/namespaces/shop/pods/a%20b",
        // Upper case, where Kubernetes has none.
        "GET /API/v1/namespaces/shop/pods",
        "GET /api/V1/namespaces/shop/pods",
        "GET /api/v1/Namespaces/shop/pods",
        "GET /api/v1/namespaces/Shop/pods",
        "GET /api/v1/namespaces/shop/Pods",
        "GET /apis/Apps/v1/deployments",
        "GET /api/v1/namespaces/shop/pods/a/Exec",
        // Nothing of the API of resources.
        "GET /healthz",
        "GET /metrics",
        "GET /logs/kube-apiserver.log",
        "GET /openid/v1/jwks",
        "GET /debug/pprof/heap",
        "GET /openapi/v2",
        "GET /.well-known/openid-configuration",
        "GET /static/x",
        // Not a version, not a group.
        "GET /api/pods",
        "GET /api/v/pods",
        "GET /api/v1gamma1/pods",
        "GET /api/v1beta/pods",
        "GET /apis/v1/pods",
        "GET /apis/apps./v1/deployments",
        "GET /apis/apps/deployments",
        // Removed or unfinished forms.
        "GET /api/v1/proxy/namespaces/shop/pods/db-0",
        "GET /api/v1/watch",
        "POST /api/v1/watch/namespaces/shop/pods",
        "GET /api/v1/watch/namespaces/shop/pods/db-0/log",
        // Deeper than any resource.
        "GET /api/v1/namespaces/shop/pods/db-0/log/more",
        "GET /api/v1/namespaces/shop/pods/db-0/exec/more",
        "GET /api/v1/namespaces/shop/status/more",
        // Methods that do not fit.
        "POST /api/v1/namespaces/shop/pods/db-0",
        "PUT /api/v1/namespaces/shop/pods",
        "PATCH /api/v1/namespaces/shop/pods",
        "OPTIONS /api/v1/namespaces/shop/pods",
        "CONNECT /api/v1/namespaces/shop/pods/db-0/exec",
        "TRACE /api/v1/namespaces/shop/pods",
        "get /api/v1/namespaces/shop/pods",
        "POST /version",
        "POST /apis/apps/v1",
        // Two values for what decides, and separators that some know.
        "GET /api/v1/namespaces/shop/pods?watch=0&watch=1",
        "GET /api/v1/namespaces/shop/pods?watch=0;watch=1",
        "GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name=a&fieldSelector=",
        "GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name=a,metadata.name=b",
        "GET /api/v1/namespaces/shop/pods?watch=%",
        "GET /api/v1/namespaces/shop/pods?%ff=1",
    ] {
        let (method, target) = request.split_once(' ').unwrap();
        assert!(resolve(method, target).is_err(), "{request}");
    }
}
