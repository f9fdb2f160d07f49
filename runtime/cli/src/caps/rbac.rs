//! From rules to Roles.

use super::needs::Needs;
use super::unknown::{CONTROLLER, SUBJECT};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The namespaces that stand-ins are for.
pub struct Namespaces {
    /// That of the application; none: whoever applies the Role says it.
    pub subject: Option<String>,
    /// That of the controller.
    pub controller: String,
}

/// Where a role holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In the namespace of the application.
    Subject,
    /// In this one.
    Namespace(String),
    /// Everywhere.
    Cluster,
}

/// One rule of a role but its verbs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    group: String,
    resource: String,
    names: Vec<String>,
}

/// The verbs of each target in each scope.
#[derive(Debug, Default)]
pub struct Roles(BTreeMap<Scope, BTreeMap<Target, BTreeSet<String>>>);

impl Roles {
    /// The roles for what a Blueprint needs.
    pub fn of(needs: &Needs, namespaces: &Namespaces) -> Self {
        let mut roles = Self::default();
        for phase in &needs.phases {
            for rule in list(&phase.rules, "kubernetes") {
                roles.kubernetes(rule, namespaces);
            }
            for rule in list(&phase.rules, "exec") {
                let pods = texts(rule, "pods");
                roles.add_all(rule, namespaces, "pods", &pods, &["get"]);
                // A WebSocket is opened with GET, which RBAC calls get; SPDY with POST.
                roles.add_all(rule, namespaces, "pods/exec", &pods, &["create", "get"]);
            }
            for rule in list(&phase.rules, "workload") {
                let verbs = ["create", "delete", "get", "list", "watch"];
                roles.add_all(rule, namespaces, "pods", &[], &verbs);
                roles.add_all(rule, namespaces, "pods/log", &[], &["get"]);
            }
        }
        for read in &needs.reads {
            let scope = match &read.namespace {
                Some(namespace) => Scope::Namespace(namespace.clone()),
                None => subject(namespaces),
            };
            let target = Target {
                group: read.group.to_owned(),
                resource: read.resource.to_owned(),
                names: read.name.iter().cloned().collect(),
            };
            roles.add(scope, target, read.verb);
        }
        roles
    }

    fn kubernetes(&mut self, rule: &Value, namespaces: &Namespaces) {
        let subresources = texts(rule, "subresources");
        let names = texts(rule, "names");
        let named = !names.is_empty() && !names.iter().any(|name| name.ends_with('*'));
        for scope in scopes(rule, namespaces) {
            for group in texts(rule, "groups") {
                for resource in texts(rule, "resources") {
                    let resources = match subresources.as_slice() {
                        [] => vec![resource],
                        some => some.iter().map(|sub| format!("{resource}/{sub}")).collect(),
                    };
                    for resource in resources {
                        for verb in texts(rule, "verbs") {
                            // RBAC cannot name an object that is not there yet, nor one of a list.
                            let by_name =
                                !matches!(verb.as_str(), "create" | "list" | "watch" | "*");
                            let target = Target {
                                group: group.clone(),
                                resource: resource.clone(),
                                names: if named && by_name {
                                    names.clone()
                                } else {
                                    Vec::new()
                                },
                            };
                            self.add(scope.clone(), target, &verb);
                        }
                    }
                }
            }
        }
    }

    fn add_all(
        &mut self,
        rule: &Value,
        namespaces: &Namespaces,
        resource: &str,
        names: &[String],
        verbs: &[&str],
    ) {
        let any = names.iter().any(|name| name.ends_with('*'));
        for scope in scopes(rule, namespaces) {
            for verb in verbs {
                let target = Target {
                    group: String::new(),
                    resource: resource.to_owned(),
                    names: if any { Vec::new() } else { names.to_vec() },
                };
                self.add(scope.clone(), target, verb);
            }
        }
    }

    fn add(&mut self, scope: Scope, target: Target, verb: &str) {
        let verbs = self.0.entry(scope).or_default().entry(target).or_default();
        verbs.insert(verb.to_owned());
    }

    /// The roles as objects.
    pub fn objects(&self, name: &str, namespaces: &Namespaces) -> Vec<Value> {
        let roles = self.0.iter().map(|(scope, targets)| {
            let (kind, metadata) = match scope {
                Scope::Subject => match &namespaces.subject {
                    Some(namespace) => ("Role", json!({"name": name, "namespace": namespace})),
                    None => ("Role", json!({"name": name})),
                },
                Scope::Namespace(namespace) => {
                    ("Role", json!({"name": name, "namespace": namespace}))
                }
                Scope::Cluster => ("ClusterRole", json!({"name": name})),
            };
            json!({
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": kind,
                "metadata": metadata,
                "rules": rules(targets),
            })
        });
        roles.collect()
    }
}

fn rules(targets: &BTreeMap<Target, BTreeSet<String>>) -> Vec<Value> {
    let rules = targets.iter().map(|(target, verbs)| {
        let Target {
            group,
            resource,
            names,
        } = target;
        let mut rule = json!({"apiGroups": [group], "resources": [resource], "verbs": verbs});
        if let (false, Some(rule)) = (names.is_empty(), rule.as_object_mut()) {
            rule.insert("resourceNames".to_owned(), json!(names));
        }
        rule
    });
    rules.collect()
}

fn subject(namespaces: &Namespaces) -> Scope {
    match &namespaces.subject {
        Some(namespace) => Scope::Namespace(namespace.clone()),
        None => Scope::Subject,
    }
}

/// The scopes of a rule: the whole cluster if any of its namespaces is.
fn scopes(rule: &Value, namespaces: &Namespaces) -> BTreeSet<Scope> {
    let named = texts(rule, "namespaces");
    if named.iter().any(|name| name == "*" || name == "$cluster") {
        return BTreeSet::from([Scope::Cluster]);
    }
    let scopes = named.into_iter().map(|name| match name.as_str() {
        SUBJECT => subject(namespaces),
        CONTROLLER => Scope::Namespace(namespaces.controller.clone()),
        _ => Scope::Namespace(name),
    });
    scopes.collect()
}

pub fn list<'v>(rules: &'v Value, section: &str) -> &'v [Value] {
    rules
        .get(section)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn texts(rule: &Value, field: &str) -> Vec<String> {
    let items = list(rule, field).iter();
    // The backslash before a literal that looks like a pattern belongs to rules, not to RBAC.
    items
        .filter_map(Value::as_str)
        .map(|text| text.strip_prefix('\\').unwrap_or(text).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::needs::PhaseNeeds;
    use super::*;

    fn roles(rules: Value) -> Vec<Value> {
        let mut needs = Needs::new("b".to_owned());
        needs.phases.push(PhaseNeeds {
            place: String::new(),
            function: "F".to_owned(),
            rules,
        });
        let namespaces = Namespaces {
            subject: None,
            controller: "kanister".to_owned(),
        };
        Roles::of(&needs, &namespaces).objects("b", &namespaces)
    }

    #[test]
    fn names_narrow_only_verbs_that_have_names() {
        let roles = roles(json!({"kubernetes": [{
            "verbs": ["get", "create"], "groups": ["apps"], "resources": ["deployments"],
            "namespaces": [SUBJECT], "names": ["web"],
        }]}));
        assert_eq!(
            roles,
            [json!({
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
                "metadata": {"name": "b"},
                "rules": [
                    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["create"]},
                    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"],
                     "resourceNames": ["web"]},
                ],
            })]
        );
    }

    #[test]
    fn any_namespace_is_the_cluster() {
        let roles = roles(json!({"exec": [{
            "namespaces": ["*"], "pods": ["db-0"], "containers": ["*"], "argv": [["ls"]],
        }]}));
        assert_eq!(roles[0]["kind"], "ClusterRole");
        assert_eq!(roles[0]["rules"][1]["resources"], json!(["pods/exec"]));
        assert_eq!(roles[0]["rules"][1]["resourceNames"], json!(["db-0"]));
    }
}
