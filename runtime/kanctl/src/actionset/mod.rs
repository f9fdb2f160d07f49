//! `kanctl create actionset`.

mod build;
mod objects;
mod reference;
mod verify;

use kanister_api::{ActionSet, ActionSetSpec, ObjectMeta, State};
use kanister_flags::{Csv, exact_args};

use crate::cli::{ActionSetArgs, How};
use crate::cluster::Cluster;
use crate::error::Error;
use crate::{label, print, random};
use build::Given;

/// Creates an ActionSet, or prints it.
pub(crate) async fn create(
    args: ActionSetArgs,
    how: How,
    namespace: Option<String>,
) -> Result<(), Error> {
    let How {
        dry_run,
        skip_validation,
    } = how;
    let [] = exact_args(args.none)?;
    if args.from.is_empty() && args.action.is_empty() {
        return Err(Error::Argument(
            "action required to create new action set; give --action, or --from with a parent"
                .into(),
        ));
    }
    if args.from.is_empty() && args.blueprint.is_empty() {
        return Err(Error::Argument("blueprint required to create new action set; give --blueprint, or --from with a parent".into()));
    }
    let targets = objects::Targets {
        deployment: Csv::flatten(args.deployment),
        statefulset: Csv::flatten(args.statefulset),
        deploymentconfig: Csv::flatten(args.deploymentconfig),
        pvc: Csv::flatten(args.pvc),
        namespace: Csv::flatten(args.namespacetargets),
        objects: Csv::flatten(args.objects),
    };
    let labels = label::labels(&args.labels)?;
    let mut given_objects = targets.references()?;
    let selection = match args.selector.is_empty() {
        true => None,
        false => Some(objects::Selection::new(
            args.selector,
            &args.kind,
            args.selector_namespace,
        )?),
    };
    let cluster = Cluster::from_kubeconfig().await?;
    let home = namespace
        .clone()
        .unwrap_or_else(|| cluster.namespace().to_owned());
    let given = Given {
        action: args.action,
        blueprint: args.blueprint,
        secrets: reference::named("secrets", &Csv::flatten(args.secrets))?,
        config_maps: reference::named("config maps", &Csv::flatten(args.config_maps))?,
        options: reference::options(&Csv::flatten(args.options))?,
        profile: reference::profile(&args.profile, &home)?,
        pod_labels: label::pod_labels(&args.podlabels)?,
        pod_annotations: label::pod_annotations(&args.podannotations)?,
    };
    if let Some(selection) = selection {
        objects::add(&mut given_objects, selection.find(&cluster).await?);
    }
    let wanted = verify::Wanted::given(&given, &given_objects);
    let name = match args.name.is_empty() {
        false => args.name,
        true => generated_name(&given.action, &args.from)?,
    };
    let actions = match args.from.as_str() {
        "" => given.new_actions(given_objects),
        parent => given.child_actions(
            &parent_of(&cluster, &home, parent).await?,
            parent,
            given_objects,
        )?,
    };
    if actions.is_empty() {
        return Err(Error::Argument("no objects found to perform action set. Please pass a valid parent action set and/or selector, or objects".into()));
    }
    if actions.iter().all(|action| action.profile.is_none()) {
        print::note(
            "Warning: --profile flag is not provided.\nAction might fail if blueprint is using this resource.",
        );
    }
    if !skip_validation.0 {
        wanted.verify(&cluster, &home, &actions).await?;
    }
    let mut actionset = ActionSet {
        metadata: ObjectMeta {
            name: Some(name.clone()),
            // Applied later, the printed one goes where it was meant to go.
            namespace: namespace.filter(|_| dry_run.0),
            labels: (!labels.is_empty()).then_some(labels),
            ..ObjectMeta::default()
        },
        spec: Some(ActionSetSpec {
            actions,
            ..ActionSetSpec::default()
        }),
        ..ActionSet::default()
    };
    if dry_run.0 {
        return print::out(&print::yaml(&actionset)?);
    }
    actionset.metadata.namespace = Some(home.clone());
    cluster.create("the action set", &home, &actionset).await?;
    print::out(&format!("actionset {name} created\n"))
}

fn generated_name(action: &str, parent: &str) -> Result<String, Error> {
    let mut name = String::new();
    for part in [action, parent].into_iter().filter(|part| !part.is_empty()) {
        name.push_str(part);
        name.push('-');
    }
    Ok(name + &random::suffix(5)?)
}

async fn parent_of(cluster: &Cluster, namespace: &str, name: &str) -> Result<ActionSet, Error> {
    let parent: ActionSet = cluster
        .get("the parent action set", namespace, name)
        .await?;
    let state = parent.status.as_ref().map(|status| status.state.clone());
    match state {
        Some(State::Complete) => Ok(parent),
        Some(State::Failed) => Err(Error::Argument(format!(
            "Request parent ActionSet {name} has failed; only a complete one can be continued"
        ))),
        other => Err(Error::Argument(format!(
            "Request parent ActionSet {name} has not been executed: its state is {:?}; wait until it is complete",
            other.unwrap_or_default().as_str()
        ))),
    }
}
