//! An ActionSet from options, for whoever has no file of one.

use super::state::{State, record_of};
use super::store;
use anyhow::{Context, bail};
use clap::Args;
use kanister_api::{ActionSet, ActionSetSpec, ActionSpec, Artifact, Blueprint, ObjectReference};
use std::collections::BTreeMap;

/// One action, as options.
#[derive(Debug, Args)]
#[command(next_help_heading = "One action, instead of an ActionSet file")]
pub struct Request {
    /// The action of the Blueprint
    #[arg(long, value_name = "NAME")]
    action: Option<String>,

    /// What it acts on, such as `deployment/shop/web` or `namespace/shop`
    #[arg(long, value_name = "KIND/NAMESPACE/NAME", requires = "action")]
    object: Option<String>,

    /// The Blueprint; not needed if the files have one
    #[arg(long, value_name = "NAME", requires = "action")]
    blueprint: Option<String>,

    /// The Profile
    #[arg(long, value_name = "[NAMESPACE/]NAME", requires = "action")]
    profile: Option<String>,

    /// A text for templates: `.Options.NAME`
    #[arg(long = "option", value_name = "NAME=VALUE", requires = "action")]
    options: Vec<String>,

    /// A Secret for templates: `.Secrets.NAME`
    #[arg(
        long = "secret",
        value_name = "NAME=[NAMESPACE/]SECRET",
        requires = "action"
    )]
    secrets: Vec<String>,

    /// A ConfigMap for templates: `.ConfigMaps.NAME`
    #[arg(
        long = "config-map",
        value_name = "NAME=[NAMESPACE/]CONFIGMAP",
        requires = "action"
    )]
    config_maps: Vec<String>,

    /// An earlier run: its object, Profile, Secrets and options are taken over, and its artifacts
    /// are given to the action
    #[arg(long, value_name = "RUN", requires = "action")]
    from: Option<String>,
}

impl Request {
    /// Whether an action is asked for.
    pub fn is_given(&self) -> bool {
        self.action.is_some()
    }

    /// The run that it follows.
    pub fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// The ActionSet that is asked for. `namespace` is its own, and that of references without one.
    ///
    /// # Errors
    /// What is missing or cannot be read.
    pub fn action_set(
        &self,
        blueprints: &[Blueprint],
        state: &State,
        namespace: &str,
    ) -> anyhow::Result<ActionSet> {
        let Self {
            action,
            object,
            blueprint,
            profile,
            options,
            secrets,
            config_maps,
            from,
        } = self;
        let mut spec = match from {
            Some(run) => earlier(state, run)?,
            None => ActionSpec::default(),
        };
        spec.name = action.clone().unwrap_or_default();
        if let Some(name) = blueprint {
            spec.blueprint.clone_from(name);
        } else if let Some(only) = only(blueprints, from.is_some())? {
            spec.blueprint = only;
        }
        if let Some(object) = object {
            spec.object = reference(object)?;
        } else if from.is_none() {
            bail!(
                "--action needs --object KIND/NAMESPACE/NAME, or --from RUN, whose object it takes"
            );
        }
        if let Some(profile) = profile {
            spec.profile = Some(named(profile, namespace));
        }
        for (name, value) in pairs("option", options)? {
            spec.options.insert(name, value);
        }
        for (name, value) in pairs("secret", secrets)? {
            spec.secrets.insert(name, named(&value, namespace));
        }
        for (name, value) in pairs("config-map", config_maps)? {
            spec.config_maps.insert(name, named(&value, namespace));
        }
        Ok(ActionSet {
            metadata: kanister_api::ObjectMeta {
                generate_name: Some(format!("{}-{}-", spec.blueprint, spec.name).to_lowercase()),
                namespace: Some(namespace.to_owned()),
                ..Default::default()
            },
            spec: Some(ActionSetSpec {
                actions: vec![spec],
                ..ActionSetSpec::default()
            }),
            ..ActionSet::default()
        })
    }
}

/// The name of the Blueprint that is meant where none is named.
fn only(blueprints: &[Blueprint], inherited: bool) -> anyhow::Result<Option<String>> {
    match blueprints {
        [one] => Ok(one.metadata.name.clone()),
        _ if inherited => Ok(None),
        [] => {
            bail!("no file has a Blueprint; give one, or --blueprint NAME for one in the cluster")
        }
        _ => bail!("the files have several Blueprints; say which one with --blueprint NAME"),
    }
}

/// The action of an earlier run with what it left.
fn earlier(state: &State, run: &str) -> anyhow::Result<ActionSpec> {
    if !state.has(run)? {
        bail!(
            "there is no run {run} in {}; those there are: {}",
            state.path().display(),
            state.runs()?.join(", ")
        );
    }
    let record: ActionSet = store::read(&record_of(&state.run(run)?))?;
    let actions = record.spec.unwrap_or_default().actions;
    let Ok([mut spec]) = <[ActionSpec; 1]>::try_from(actions) else {
        bail!("the run {run} has several actions; write an ActionSet file for what follows it");
    };
    let status = record.status.unwrap_or_default();
    if status.state != kanister_api::State::Complete {
        bail!(
            "the run {run} is {}; only a complete one has artifacts",
            status.state.as_str()
        );
    }
    let left: BTreeMap<String, Artifact> = status
        .actions
        .into_iter()
        .next()
        .map(|action| action.artifacts)
        .unwrap_or_default();
    // What it was given itself stays, as where a delete follows a restore.
    spec.artifacts.extend(left);
    spec.condition = None;
    Ok(spec)
}

/// `KIND/NAMESPACE/NAME`, or `namespace/NAME`.
fn reference(text: &str) -> anyhow::Result<ObjectReference> {
    let parts: Vec<_> = text.split('/').collect();
    let (kind, namespace, name) = match parts.as_slice() {
        [kind, name] if kind.eq_ignore_ascii_case("namespace") => (*kind, *name, *name),
        [kind, namespace, name] => (*kind, *namespace, *name),
        _ => bail!("the object {text:?} is not of the form KIND/NAMESPACE/NAME"),
    };
    let known = [
        "Deployment",
        "StatefulSet",
        "DeploymentConfig",
        "Namespace",
        "PVC",
    ];
    let found = known.iter().find(|it| it.eq_ignore_ascii_case(kind));
    let Some(kind) = found else {
        bail!(
            "--object knows the kinds {}; for another one write an ActionSet file with group, \
             apiVersion and resource of the object",
            known.join(", ").to_lowercase()
        );
    };
    Ok(ObjectReference {
        kind: (*kind).to_owned(),
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        ..ObjectReference::default()
    })
}

fn named(text: &str, namespace: &str) -> ObjectReference {
    let (namespace, name) = text.split_once('/').unwrap_or((namespace, text));
    ObjectReference {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        ..ObjectReference::default()
    }
}

fn pairs(option: &str, texts: &[String]) -> anyhow::Result<Vec<(String, String)>> {
    texts
        .iter()
        .map(|text| {
            let (name, value) = text
                .split_once('=')
                .with_context(|| format!("--{option} {text:?} has no `=`"))?;
            Ok((name.to_owned(), value.to_owned()))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn objects_are_named_by_kind_namespace_and_name() {
        let of = |text: &str| {
            let ObjectReference {
                kind,
                namespace,
                name,
                ..
            } = reference(text).unwrap();
            (kind, namespace, name)
        };
        let words = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(of("deployment/a/b"), words("Deployment", "a", "b"));
        assert_eq!(of("namespace/a"), words("Namespace", "a", "a"));
        for wrong in ["deployment/a", "pod/a/b", "a", "statefulset/a/b/c"] {
            assert!(reference(wrong).is_err(), "{wrong}");
        }
    }
}
