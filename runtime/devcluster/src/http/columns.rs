//! The columns of each kind.

use jiff::Timestamp;
use jsonpath_rust::JsonPath as _;
use serde_json::{Value, json};

use crate::object::{at, integer, items, text};
use crate::registry::{Column, Known, Resource};

type Cell = Box<dyn Fn(&Value) -> Value>;

/// A column and how its cells are made.
pub(super) struct Printed {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) format: String,
    pub(super) description: String,
    pub(super) priority: i64,
    pub(super) cell: Cell,
}

fn column(name: &str, kind: &str, cell: impl Fn(&Value) -> Value + 'static) -> Printed {
    Printed {
        name: name.to_owned(),
        kind: kind.to_owned(),
        format: if name == "Name" {
            "name".to_owned()
        } else {
            String::new()
        },
        description: String::new(),
        priority: 0,
        cell: Box::new(cell),
    }
}

fn name() -> Printed {
    column("Name", "string", |object| {
        at(object, &["metadata", "name"]).clone()
    })
}

fn age() -> Printed {
    column("Age", "string", |object| {
        since(text(object, &["metadata", "creationTimestamp"]))
    })
}

/// A column with the text at a path.
fn field(title: &str, path: &'static [&'static str]) -> Printed {
    column(title, "string", move |object| match at(object, path) {
        Value::Null => json!("<none>"),
        value => value.clone(),
    })
}

fn number(title: &str, path: &'static [&'static str]) -> Printed {
    column(title, "integer", move |object| {
        integer(object, path).unwrap_or_default().into()
    })
}

fn size(title: &str, path: &'static [&'static str]) -> Printed {
    column(title, "integer", move |object| {
        at(object, path)
            .as_object()
            .map_or(0, serde_json::Map::len)
            .into()
    })
}

fn ratio(title: &str, part: &'static [&'static str], whole: &'static [&'static str]) -> Printed {
    column(title, "string", move |object| {
        let count = |path: &[&str]| integer(object, path).unwrap_or_default();
        format!("{}/{}", count(part), count(whole)).into()
    })
}

fn wide(mut column: Printed) -> Printed {
    column.priority = 1;
    column
}

/// The columns of a built-in kind.
pub(super) fn built_in(known: Known) -> Vec<Printed> {
    let mut columns = vec![name()];
    match known {
        Known::Pod => columns.extend([
            column("Ready", "string", |pod| {
                let list = items(pod, &["status", "containerStatuses"]);
                let ready = list
                    .iter()
                    .filter(|status| at(status, &["ready"]) == true)
                    .count();
                format!("{ready}/{}", items(pod, &["spec", "containers"]).len()).into()
            }),
            column("Status", "string", |pod| pod_status(pod).into()),
            column("Restarts", "string", |pod| restarts(pod).to_string().into()),
            age(),
            wide(field("IP", &["status", "podIP"])),
            wide(field("Node", &["spec", "nodeName"])),
            wide(field("Nominated Node", &["status", "nominatedNodeName"])),
            wide(field("Readiness Gates", &["spec", "noReadinessGates"])),
        ]),
        Known::Deployment => columns.extend([
            ratio("Ready", &["status", "readyReplicas"], &["spec", "replicas"]),
            number("Up-to-date", &["status", "updatedReplicas"]),
            number("Available", &["status", "availableReplicas"]),
            age(),
        ]),
        Known::StatefulSet => {
            columns.extend([
                ratio("Ready", &["status", "readyReplicas"], &["spec", "replicas"]),
                age(),
            ]);
        }
        Known::ReplicaSet => columns.extend([
            number("Desired", &["spec", "replicas"]),
            number("Current", &["status", "replicas"]),
            number("Ready", &["status", "readyReplicas"]),
            age(),
        ]),
        Known::Job => columns.extend([
            column("Status", "string", |job| {
                let done = items(job, &["status", "conditions"])
                    .iter()
                    .find(|condition| {
                        at(condition, &["status"]) == "True"
                            && matches!(text(condition, &["type"]), "Complete" | "Failed")
                    });
                done.map_or("Running", |condition| text(condition, &["type"]))
                    .into()
            }),
            ratio(
                "Completions",
                &["status", "succeeded"],
                &["spec", "completions"],
            ),
            age(),
        ]),
        Known::ConfigMap => columns.extend([size("Data", &["data"]), age()]),
        Known::Secret => columns.extend([field("Type", &["type"]), size("Data", &["data"]), age()]),
        Known::Namespace => columns.extend([field("Status", &["status", "phase"]), age()]),
        Known::Node => columns.extend([
            column("Status", "string", |_| json!("Ready")),
            column("Roles", "string", |_| json!("<none>")),
            age(),
            field("Version", &["status", "nodeInfo", "kubeletVersion"]),
        ]),
        Known::PersistentVolumeClaim => columns.extend([
            field("Status", &["status", "phase"]),
            field("Volume", &["spec", "volumeName"]),
            field("Capacity", &["status", "capacity", "storage"]),
            column("Access Modes", "string", modes),
            field("StorageClass", &["spec", "storageClassName"]),
            age(),
        ]),
        Known::PersistentVolume => columns.extend([
            field("Capacity", &["spec", "capacity", "storage"]),
            column("Access Modes", "string", modes),
            field("Reclaim Policy", &["spec", "persistentVolumeReclaimPolicy"]),
            field("Status", &["status", "phase"]),
            column("Claim", "string", |volume| {
                let claim = |field| text(volume, &["spec", "claimRef", field]);
                if claim("name").is_empty() {
                    json!("")
                } else {
                    format!("{}/{}", claim("namespace"), claim("name")).into()
                }
            }),
            field("StorageClass", &["spec", "storageClassName"]),
            age(),
        ]),
        Known::StorageClass => columns.extend([
            field("Provisioner", &["provisioner"]),
            field("ReclaimPolicy", &["reclaimPolicy"]),
            age(),
        ]),
        Known::Event => {
            columns = vec![
                column("Last Seen", "string", |event| {
                    let times = [
                        &["series", "lastObservedTime"][..],
                        &["lastTimestamp"],
                        &["eventTime"],
                        &["metadata", "creationTimestamp"],
                    ];
                    let last = times
                        .iter()
                        .map(|path| text(event, path))
                        .find(|time| !time.is_empty());
                    since(last.unwrap_or_default())
                }),
                field("Type", &["type"]),
                field("Reason", &["reason"]),
                column("Object", "string", |event| {
                    let part = |field| text(event, &["involvedObject", field]);
                    format!("{}/{}", part("kind").to_lowercase(), part("name")).into()
                }),
                column("Message", "string", |event| at(event, &["message"]).clone()),
                wide(name()),
            ];
        }
        Known::Lease => columns.extend([field("Holder", &["spec", "holderIdentity"]), age()]),
        Known::CustomResourceDefinition => {
            columns.push(field("Created At", &["metadata", "creationTimestamp"]))
        }
        Known::ServiceAccount | Known::Service | Known::ControllerRevision | Known::Custom => {
            columns.push(age())
        }
    }
    columns
}

/// The columns that a definition gives, else name and age.
pub(super) fn custom(resource: &Resource) -> Vec<Printed> {
    let mut columns = vec![name()];
    if resource.columns.is_empty() {
        columns.push(age());
    }
    for own in &resource.columns {
        let Column {
            name,
            kind,
            format,
            description,
            priority,
            path,
        } = own.clone();
        let date = kind == "date";
        columns.push(Printed {
            name,
            kind,
            format,
            description,
            priority,
            cell: Box::new(move |object| {
                let found = object
                    .query(&format!("${path}"))
                    .ok()
                    .and_then(|list| list.first().map(|value| (*value).clone()));
                match found {
                    Some(Value::String(time)) if date => since(&time),
                    Some(value) => value,
                    None => Value::Null,
                }
            }),
        });
    }
    columns
}

fn modes(object: &Value) -> Value {
    let short = |mode: &Value| match mode.as_str() {
        Some("ReadWriteOnce") => "RWO",
        Some("ReadOnlyMany") => "ROX",
        Some("ReadWriteMany") => "RWX",
        Some("ReadWriteOncePod") => "RWOP",
        _ => "?",
    };
    let list: Vec<&str> = items(object, &["spec", "accessModes"])
        .iter()
        .map(short)
        .collect();
    list.join(",").into()
}

fn restarts(pod: &Value) -> i64 {
    items(pod, &["status", "containerStatuses"])
        .iter()
        .filter_map(|status| integer(status, &["restartCount"]))
        .sum()
}

/// The word that kubectl shows for a pod: why it waits or ended, else its phase.
fn pod_status(pod: &Value) -> String {
    if !at(pod, &["metadata", "deletionTimestamp"]).is_null() {
        return "Terminating".to_owned();
    }
    let statuses = items(pod, &["status", "containerStatuses"]).iter();
    for status in statuses.chain(items(pod, &["status", "initContainerStatuses"])) {
        let waiting = text(status, &["state", "waiting", "reason"]);
        if !waiting.is_empty() && waiting != "ContainerCreating" && waiting != "PodInitializing" {
            return waiting.to_owned();
        }
        let ended = text(status, &["state", "terminated", "reason"]);
        if !ended.is_empty() && text(pod, &["status", "phase"]) != "Running" && ended != "Completed"
        {
            return ended.to_owned();
        }
    }
    match (
        text(pod, &["status", "reason"]),
        text(pod, &["status", "phase"]),
    ) {
        ("", "Succeeded") => "Completed".to_owned(),
        ("", phase) => phase.to_owned(),
        (reason, _) => reason.to_owned(),
    }
}

/// How long ago a time was, in the short form of kubectl.
fn since(time: &str) -> Value {
    let Ok(then) = time.parse::<Timestamp>() else {
        return json!("<unknown>");
    };
    let seconds = Timestamp::now().duration_since(then).as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    let two = |large: i64, large_unit: &str, small: i64, small_unit: &str| {
        if small == 0 {
            format!("{large}{large_unit}")
        } else {
            format!("{large}{large_unit}{small}{small_unit}")
        }
    };
    let text = match seconds {
        0..120 => format!("{seconds}s"),
        120..600 => two(minutes, "m", seconds % 60, "s"),
        600..10_800 => format!("{minutes}m"),
        10_800..28_800 => two(hours, "h", minutes % 60, "m"),
        28_800..172_800 => format!("{hours}h"),
        172_800..691_200 => two(days, "d", hours % 24, "h"),
        _ => format!("{days}d"),
    };
    text.into()
}
