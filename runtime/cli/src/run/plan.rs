//! What a command is to run: something new, or a run that is in the state directory.

use super::manifests::{Local, Manifests};
use super::resume::Given;
use super::state::{State, record_of};
use super::store::{self, FileStore};
use super::timeline::screen::{Screen, Style};
use super::{Run, What, mount};
use crate::embedded;
use crate::files;
use anyhow::{Context, bail};
use kanister_api::{ActionSet, Blueprint};
use kanister_engine::needs_run;
use kanister_host::capability::kube::Cluster;
use kanister_lint::Source;
use kube::Api;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long applied workloads may take to get ready.
const READY: Duration = Duration::from_secs(120);

/// What is to be run.
pub struct Plan {
    state: State,
    folder: PathBuf,
    manifests: Manifests,
    action_set: ActionSet,
    given: Given,
    /// Whether it is in the state directory already.
    recorded: bool,
    /// Whether it comes from options.
    requested: bool,
    /// The run whose Blueprints it may use.
    from: Option<String>,
}

impl Run {
    /// Finds out what is to be run. Nothing is done yet.
    pub(super) fn plan(&self) -> anyhow::Result<Plan> {
        let state = self.place.state()?;
        match &self.resume {
            Some(name) => going_on(state, name.as_deref(), &self.what),
            None => {
                let mounts = self.place.embedded.mounts();
                beginning(state, &self.what, self.name.as_deref(), &mounts)
            }
        }
    }
}

fn beginning(
    state: State,
    what: &What,
    name: Option<&str>,
    mounts: &[PathBuf],
) -> anyhow::Result<Plan> {
    let (manifests, mut action_set) = what.read(&state, name)?;
    mount::prepare(mounts)?;
    for action in action_set.spec.iter_mut().flat_map(|it| &mut it.actions) {
        mount::add(action, mounts)?;
    }
    let metadata = &mut action_set.metadata;
    let name = match (&metadata.name, &metadata.generate_name) {
        (Some(name), _) => name.clone(),
        (None, prefix) => format!("{}{}", prefix.as_deref().unwrap_or("run-"), random(5)?),
    };
    metadata.name = Some(name.clone());
    metadata.generate_name = None;
    let folder = state.run(&name)?;
    let mut plan = Plan {
        state,
        folder,
        manifests,
        action_set,
        given: Given::new(&what.files),
        recorded: false,
        requested: what.request.is_given(),
        from: what.request.from().map(str::to_owned),
    };
    if plan.state.has(&name)? {
        let record: ActionSet = store::read(&record_of(&plan.folder))?;
        if record.spec != plan.action_set.spec {
            bail!(
                "there is a run {name} already, for another ActionSet; give this one another name \
                 with --name, or remove {}",
                plan.folder.display()
            );
        }
        plan.action_set = record;
        plan.recorded = true;
        return Ok(plan);
    }
    let metadata = &mut plan.action_set.metadata;
    metadata.uid = Some(uid()?);
    metadata.creation_timestamp = Some(kanister_api::Time(k8s_openapi::jiff::Timestamp::now()));
    Ok(plan)
}

fn going_on(state: State, name: Option<&str>, what: &What) -> anyhow::Result<Plan> {
    let name = match name {
        Some(name) => name.to_owned(),
        None => unfinished(&state)?,
    };
    if !state.has(&name)? {
        bail!(
            "there is no run {name} in {}; those there are: {}",
            state.path().display(),
            state.runs()?.join(", ")
        );
    }
    let folder = state.run(&name)?;
    let action_set: ActionSet = store::read(&record_of(&folder))?;
    let given = Given::read(&folder)?;
    let files = match what.files.as_slice() {
        [] => &given.files,
        files => files,
    };
    let namespace = action_set.metadata.namespace.clone();
    let namespace = namespace.unwrap_or_else(|| what.namespace.clone());
    let manifests = Manifests::read(files, &namespace)
        .with_context(|| format!("the run {name} needs the files that it began with"))?;
    Ok(Plan {
        state,
        folder,
        manifests,
        action_set,
        given,
        recorded: true,
        requested: false,
        from: None,
    })
}

/// The last run that has not ended.
fn unfinished(state: &State) -> anyhow::Result<String> {
    for name in state.runs()? {
        let record: ActionSet = store::read(&record_of(&state.run(&name)?))?;
        if needs_run(&record) {
            return Ok(name);
        }
    }
    bail!("every run in {} has ended", state.path().display())
}

impl Plan {
    /// The record, if there is nothing left to do.
    pub fn ended(&self) -> Option<&ActionSet> {
        (self.recorded && !needs_run(&self.action_set)).then_some(&self.action_set)
    }

    /// Whether it has no record yet.
    pub fn is_new(&self) -> bool {
        !self.recorded
    }

    /// Whether it comes from options.
    pub fn is_requested(&self) -> bool {
        self.requested
    }

    pub fn name(&self) -> &str {
        self.action_set.metadata.name.as_deref().unwrap_or_default()
    }

    pub fn namespace(&self) -> String {
        let namespace = self.action_set.metadata.namespace.clone();
        namespace.unwrap_or_default()
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn action_set(&self) -> &ActionSet {
        &self.action_set
    }

    pub fn local(&self) -> &[Local] {
        &self.manifests.local
    }

    pub fn sources(&self) -> &[Source] {
        &self.manifests.sources
    }

    pub fn own_blueprints(&self) -> &[Blueprint] {
        &self.manifests.blueprints
    }

    /// What is run, in a line.
    pub fn headline(&self, screen: &Screen) -> String {
        let verb = match self.recorded {
            true => "resume",
            false => "run",
        };
        let mut line = format!("{verb} {}", screen.paint(Style::Bold, self.name()));
        let actions = self.action_set.spec.iter().flat_map(|spec| &spec.actions);
        for (index, action) in actions.enumerate() {
            let object = &action.object;
            let kind = match object.kind.as_str() {
                "" => &object.resource,
                kind => kind,
            };
            let _ = write!(
                line,
                "{} {} of Blueprint {} on {kind} {}/{}",
                if index == 0 { ":" } else { "," },
                action.name,
                action.blueprint,
                object.namespace,
                object.name,
            );
        }
        line
    }

    /// The namespace of what is acted on.
    pub fn subject_namespace(&self) -> String {
        let actions = self.action_set.spec.iter().flat_map(|spec| &spec.actions);
        let subject = actions
            .map(|action| action.object.namespace.clone())
            .find(|namespace| !namespace.is_empty());
        subject.unwrap_or_else(|| self.namespace())
    }

    /// The Blueprints that the ActionSet names, from where they are: the run that it goes on with,
    /// the files, the run that it follows, the cluster. One that is nowhere is left out.
    pub async fn blueprints(&self, cluster: &Cluster) -> anyhow::Result<Vec<Blueprint>> {
        if self.recorded {
            return Ok(kept(&self.folder));
        }
        let earlier = match &self.from {
            Some(run) => kept(&self.state.run(run)?),
            None => Vec::new(),
        };
        let near = self.manifests.blueprints.iter().chain(&earlier);
        blueprints_of(&self.action_set, near, cluster).await
    }

    /// The record of the run, held by this process.
    pub fn open(&self, blueprints: &[Blueprint]) -> anyhow::Result<FileStore> {
        let dir = self.state.hold(self.name())?;
        if self.recorded {
            return FileStore::open(dir);
        }
        self.given.write(dir.path())?;
        FileStore::create(dir, self.action_set.clone(), blueprints)
    }
}

/// Applies manifests to the embedded cluster.
pub async fn apply(
    paths: &[PathBuf],
    client: &kube::Client,
    namespace: &str,
    screen: &Screen,
) -> anyhow::Result<()> {
    for source in files::read(paths)? {
        let documents = super::manifests::documents(&source)?;
        let applied = embedded::apply(client, &documents, namespace)
            .await
            .with_context(|| source.name.clone())?;
        embedded::wait_until_ready(client, &applied, READY).await?;
        let count = applied.len();
        let text = format!("  applied {count} objects of {}", source.name);
        screen.line(&screen.paint(Style::Dim, &text));
    }
    Ok(())
}

/// The Blueprints that a run keeps.
fn kept(folder: &Path) -> Vec<Blueprint> {
    let entries = std::fs::read_dir(folder.join("blueprints"));
    let paths = entries.into_iter().flatten().flatten();
    paths
        .filter_map(|entry| store::read(&entry.path()).ok())
        .collect()
}

/// The Blueprints that an ActionSet names: those at hand, else those of the cluster.
pub async fn blueprints_of<'a>(
    action_set: &ActionSet,
    near: impl Iterator<Item = &'a Blueprint> + Clone,
    cluster: &Cluster,
) -> anyhow::Result<Vec<Blueprint>> {
    let namespace = action_set.metadata.namespace.as_deref().unwrap_or_default();
    let mut found: Vec<Blueprint> = Vec::new();
    for action in action_set.spec.iter().flat_map(|spec| &spec.actions) {
        let is = |it: &&Blueprint| it.metadata.name.as_deref() == Some(&action.blueprint);
        if action.blueprint.is_empty() || found.iter().any(|it| is(&it)) {
            continue;
        }
        if let Some(blueprint) = near.clone().find(is) {
            found.push(blueprint.clone());
            continue;
        }
        let all: Api<Blueprint> = Api::namespaced(cluster.host.clone(), namespace);
        match all.get_opt(&action.blueprint).await {
            Ok(blueprint) => found.extend(blueprint),
            Err(error) => {
                let name = &action.blueprint;
                return Err(error)
                    .with_context(|| format!("the Blueprint {namespace}/{name} of the cluster"));
            }
        }
    }
    Ok(found)
}

/// The identity of this process in records.
pub fn holder() -> anyhow::Result<String> {
    Ok(format!("run-{}-{}", std::process::id(), random(6)?))
}

/// Letters and digits that a name can have.
fn random(count: usize) -> anyhow::Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).context("the system has no random bytes")?;
    let letters = bytes
        .iter()
        .filter_map(|it| LETTERS.get(usize::from(*it % 32)));
    Ok(letters.map(|letter| char::from(*letter)).collect())
}

/// A random UUID.
fn uid() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context("the system has no random bytes")?;
    let number = u128::from_be_bytes(bytes);
    // Version 4, variant 1.
    let number = (number & !(0xf000 << 64) & !(0xc000 << 48)) | (0x4000 << 64) | (0x8000 << 48);
    let text = format!("{number:032x}");
    let part = |from, to| text.get(from..to).unwrap_or_default();
    let parts = [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ];
    Ok(parts.join("-"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_a_uuid_of_random_bits() {
        let uid = uid().unwrap();
        assert_eq!(uid.len(), 36);
        assert_eq!(uid.chars().nth(14), Some('4'));
        assert!("89ab".contains(uid.chars().nth(19).unwrap()));
        assert_eq!(random(5).unwrap().len(), 5);
    }
}
