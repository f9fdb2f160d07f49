//! The configuration files of the cluster's programs.

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::config::{CONTAINERD_SOCKET, Config, DNS_SERVICE, NODE_ADDRESS, NODE_NAME, POD_RANGE};
use crate::images::SANDBOX;

/// Writes all of them.
///
/// # Errors
/// If a file cannot be written.
pub fn write(config: &Config) -> anyhow::Result<()> {
    let json = |value: Value| format!("{value:#}\n");
    for (name, text) in [
        ("settings/containerd.toml", containerd(config)),
        ("cni/10-bridge.conflist", json(network(config))),
        ("settings/kubelet.json", json(kubelet(config))),
        ("settings/kube-proxy.json", json(proxy(config))),
        ("settings/Corefile", names(config)),
        (
            "settings/dns.yaml",
            MANIFEST
                .replace("DNS_SERVICE", DNS_SERVICE)
                .replace("NODE_ADDRESS", NODE_ADDRESS),
        ),
        (
            "settings/resolv.conf",
            format!("nameserver {NODE_ADDRESS}\nsearch svc.cluster.local cluster.local\n"),
        ),
    ] {
        let path = config.path(name);
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// The Service of the name server, and what that may read.
const MANIFEST: &str = include_str!("../manifests/dns.yaml");

fn containerd(config: &Config) -> String {
    format!(
        r#"version = 2
root = "{root}"
state = "/run/e2e/containerd"
# Otherwise it makes folders in /opt.
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "{CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{SANDBOX}"
  # Without CAP_SYS_RESOURCE runc may not lower the score, and no container starts.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{cni}"
"#,
        root = config.text("containerd"),
        cni = config.text("cni"),
    )
}

fn network(config: &Config) -> Value {
    json!({
        "cniVersion": "0.4.0",
        "name": "e2e",
        "plugins": [
            {
                "type": "bridge",
                "bridge": "cni0",
                "isGateway": true,
                "ipMasq": true,
                "hairpinMode": true,
                "ipam": {
                    "type": "host-local",
                    "ranges": [[{"subnet": POD_RANGE}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                    "dataDir": config.path("run/cni"),
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": true}},
        ],
    })
}

fn kubelet(config: &Config) -> Value {
    let certificate = |name: &str| config.path(&format!("certificates/{name}"));
    json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": false},
            "webhook": {"enabled": true},
            "x509": {"clientCAFile": certificate("ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": certificate("kubelet-server.crt"),
        "tlsPrivateKeyFile": certificate("kubelet-server.key"),
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": format!("/{}", config.cgroup()),
        "failCgroupV1": false,
        "failSwapOn": false,
        "containerRuntimeEndpoint": format!("unix://{CONTAINERD_SOCKET}"),
        "resolvConf": "",
        "clusterDNS": [DNS_SERVICE],
        "clusterDomain": "cluster.local",
        "healthzPort": 0,
        // A full disk of the machine is no reason to evict the pods of a test.
        "evictionHard": {
            "nodefs.available": "1%",
            "imagefs.available": "1%",
            "memory.available": "50Mi",
        },
        "imageGCHighThresholdPercent": 100,
        "podLogsDir": config.path("log/pods"),
        "volumePluginDir": config.path("run/volume-plugins"),
    })
}

fn proxy(config: &Config) -> Value {
    json!({
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clusterCIDR": POD_RANGE,
        "hostnameOverride": NODE_NAME,
        "clientConnection": {"kubeconfig": config.path("settings/kube-proxy.conf")},
        // The limits cannot be set: /proc/sys/net/netfilter is read-only in the namespace.
        "conntrack": {
            "maxPerCore": 0,
            "min": 0,
            "tcpEstablishedTimeout": "0s",
            "tcpCloseWaitTimeout": "0s",
        },
    })
}

fn names(config: &Config) -> String {
    let kubeconfig = config.text("settings/coredns.conf");
    format!(
        ".:53 {{\n bind {NODE_ADDRESS}\n errors\n kubernetes cluster.local {{\n  kubeconfig {kubeconfig} e2e\n }}\n cache 5\n}}\n"
    )
}
