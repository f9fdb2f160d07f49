//! What the phases of a Blueprint need: their functions' manifests, narrowed to what the functions
//! plan for these arguments.

use super::reads;
use super::unknown::{CONTROLLER, SUBJECT, stand_ins, widened};
use kanister_api::function::Rules;
use kanister_api::{BlueprintAction, BlueprintPhase};
use kanister_host::arguments;
use kanister_host::authority::{Context, intersect, plan_rules};
use kanister_host::call::Question;
use kanister_host::host::Host;
use kanister_host::registry::Function;
use serde_json::{Map, Value};
use std::cell::RefCell;

/// What a Blueprint needs.
pub struct Needs {
    /// The Blueprint.
    pub blueprint: String,
    /// What each phase's function needs.
    pub phases: Vec<PhaseNeeds>,
    /// What the engine reads for templates, by action.
    pub reads: Vec<reads::Read>,
    /// What is not known before the run.
    pub unknown: Vec<String>,
}

/// What one phase needs.
pub struct PhaseNeeds {
    /// `backup, phase dump`.
    pub place: String,
    /// The function.
    pub function: String,
    /// Rules as JSON, stand-ins widened.
    pub rules: Value,
}

impl Needs {
    pub fn new(blueprint: String) -> Self {
        Self {
            blueprint,
            phases: Vec::new(),
            reads: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// Adds what an action needs.
    pub async fn action(
        &mut self,
        host: &Host,
        name: &str,
        action: &BlueprintAction,
        version: &str,
    ) -> anyhow::Result<()> {
        let (read, unknown) = reads::of(name, action);
        self.reads.extend(read);
        self.unknown.extend(unknown);
        for phase in action.phases.iter().chain(&action.defer_phase) {
            let place = format!("{name}, phase {}", phase.name);
            let function = match host.registry().find(&phase.func, version) {
                Ok(found) => found.function,
                Err(error) => {
                    self.unknown
                        .push(format!("{place}: {error}; `kanister lint` says more"));
                    continue;
                }
            };
            let (rules, unknown) = rules(&function, phase).await;
            let unknown = unknown.into_iter().map(|line| format!("{place}: {line}"));
            self.unknown.extend(unknown);
            self.phases.push(PhaseNeeds {
                place,
                function: phase.func.clone(),
                rules: widened(serde_json::to_value(rules)?),
            });
        }
        Ok(())
    }
}

/// What a phase needs, and what is not known of it.
async fn rules(function: &Function, phase: &BlueprintPhase) -> (Rules, Vec<String>) {
    let descriptor = &function.descriptor;
    let (args, mut unknown) = stand_ins(&phase.args, &descriptor.parameters);
    let context = Context {
        subject_namespace: Some(SUBJECT.to_owned()),
        controller_namespace: Some(CONTROLLER.to_owned()),
        helper_service_account: None,
    };
    let manifest = context.resolve(function.plugin.manifest().requires.clone());
    let planned = match arguments::check(descriptor, args) {
        Ok(args) => {
            let question = Question {
                function: descriptor.name.clone(),
                version: descriptor.version.clone(),
                args: Value::Object(args),
                params: Value::Object(Map::new()),
            };
            let plan = function.plugin.plan(&question).await;
            plan.map_err(|error| error.to_string())
        }
        Err(wrong) => {
            let wrong: Vec<_> = wrong.iter().map(ToString::to_string).collect();
            Err(wrong.join("; "))
        }
    };
    let plan = match planned {
        Ok(Some(plan)) => plan,
        Ok(None) => {
            if manifest != Rules::default() {
                let line = "the function does not say what these arguments need, so all of its \
                            manifest is taken";
                unknown.push(line.to_owned());
            }
            return (manifest, unknown);
        }
        Err(error) => {
            unknown.push(format!(
                "the function cannot say what these arguments need ({error}), so all of its \
                 manifest is taken"
            ));
            return (manifest, unknown);
        }
    };
    let guessed = RefCell::new(Vec::new());
    let resolve = |group: &str, kind: &str| {
        let (plural, known) = plural(kind);
        if !known {
            let name = if group.is_empty() {
                "the core group"
            } else {
                group
            };
            guessed.borrow_mut().push(format!(
                "that the resource of the kind {kind} in {name} is {plural} is a guess"
            ));
        }
        Some(plural)
    };
    let rules = match plan_rules(&plan, &resolve) {
        Ok(planned) => intersect(&manifest, &context.resolve(planned)),
        Err(error) => {
            unknown.push(format!("{error}, so all of its manifest is taken"));
            manifest
        }
    };
    unknown.extend(guessed.into_inner());
    (rules, unknown)
}

/// The resource of a kind, and whether that is how Kubernetes itself names it.
fn plural(kind: &str) -> (String, bool) {
    const KNOWN: [(&str, &str); 21] = [
        ("ConfigMap", "configmaps"),
        ("CronJob", "cronjobs"),
        ("DaemonSet", "daemonsets"),
        ("Deployment", "deployments"),
        ("DeploymentConfig", "deploymentconfigs"),
        ("Ingress", "ingresses"),
        ("Job", "jobs"),
        ("Namespace", "namespaces"),
        ("NetworkPolicy", "networkpolicies"),
        ("PersistentVolume", "persistentvolumes"),
        ("PersistentVolumeClaim", "persistentvolumeclaims"),
        ("Pod", "pods"),
        ("ReplicaSet", "replicasets"),
        ("Role", "roles"),
        ("RoleBinding", "rolebindings"),
        ("Secret", "secrets"),
        ("Service", "services"),
        ("ServiceAccount", "serviceaccounts"),
        ("StatefulSet", "statefulsets"),
        ("StorageClass", "storageclasses"),
        ("VolumeSnapshot", "volumesnapshots"),
    ];
    match KNOWN.iter().find(|(known, _)| *known == kind) {
        Some((_, plural)) => ((*plural).to_owned(), true),
        None => (format!("{}s", kind.to_ascii_lowercase()), false),
    }
}
