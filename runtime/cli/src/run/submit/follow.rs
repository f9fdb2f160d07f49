//! An ActionSet that a controller runs, watched to its end.

use super::super::timeline::screen::{Screen, Style};
use super::super::timeline::words;
use anyhow::{Context as _, bail};
use futures::{StreamExt as _, pin_mut};
use kanister_api::{ActionSet, State};
use kube::Api;
use kube::api::{WatchEvent, WatchParams};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long the server keeps one watch open, in seconds; kube gives up a little later.
const SECONDS: u32 = 290;

/// Before a watch that was cut is begun again.
const PAUSE: Duration = Duration::from_secs(1);

/// After how long somebody who waits for a controller is told so.
const IMPATIENCE: Duration = Duration::from_secs(10);

/// Tells each phase whose state changes, until the whole has ended.
///
/// # Errors
/// The ActionSet cannot be read any more, or it was deleted. The controller goes on with what is there.
pub async fn to_its_end(
    all: &Api<ActionSet>,
    name: &str,
    screen: &Screen,
) -> anyhow::Result<ActionSet> {
    let mut teller = Teller {
        screen,
        begun: Instant::now(),
        told: BTreeMap::new(),
    };
    let mut taken_up = false;
    loop {
        let found = all
            .get(name)
            .await
            .context("the ActionSet cannot be followed; the controller goes on with it")?;
        teller.tell(&found);
        if has_ended(&found) {
            return Ok(found);
        }
        taken_up |= found.status.is_some();
        let version = found.metadata.resource_version.unwrap_or_default();
        let changes = Changes { all, name, version };
        let watched = changes.until_end(&mut teller, &mut taken_up);
        match watched.await? {
            Some(ended) => return Ok(ended),
            None => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// What happens to one ActionSet after a version of it.
struct Changes<'a> {
    all: &'a Api<ActionSet>,
    name: &'a str,
    version: String,
}

impl Changes<'_> {
    /// Tells what changes; answers with the ActionSet when it has ended, with nothing when the watch
    /// is cut.
    async fn until_end(
        &self,
        teller: &mut Teller<'_>,
        taken_up: &mut bool,
    ) -> anyhow::Result<Option<ActionSet>> {
        let Self { all, name, version } = self;
        let params = WatchParams::default()
            .fields(&format!("metadata.name={name}"))
            .timeout(SECONDS);
        // What is wrong with the API is told by the read that follows.
        let Ok(events) = all.watch(&params, version).await else {
            return Ok(None);
        };
        pin_mut!(events);
        loop {
            let event = match *taken_up {
                true => events.next().await,
                false => match tokio::time::timeout(IMPATIENCE, events.next()).await {
                    Ok(event) => event,
                    Err(_) => {
                        *taken_up = true;
                        teller.screen.line(
                            "  ! no controller has taken it up yet; is one running for this namespace?",
                        );
                        continue;
                    }
                },
            };
            match event {
                Some(Ok(WatchEvent::Added(found) | WatchEvent::Modified(found))) => {
                    *taken_up |= found.status.is_some();
                    teller.tell(&found);
                    if has_ended(&found) {
                        return Ok(Some(found));
                    }
                }
                Some(Ok(WatchEvent::Deleted(_))) => bail!("the ActionSet {name} was deleted"),
                Some(Ok(WatchEvent::Bookmark(_))) => {}
                Some(Ok(WatchEvent::Error(_)) | Err(_)) | None => return Ok(None),
            }
        }
    }
}

/// A final state comes before the end: the controller still deletes what the run has needed.
fn has_ended(found: &ActionSet) -> bool {
    let Some(status) = &found.status else {
        return false;
    };
    let run = status.run.as_ref();
    let open = run.is_some_and(|run| run.finished_at.is_none());
    status.state.is_final() && !open
}

/// Writes each state of a phase once.
struct Teller<'a> {
    screen: &'a Screen,
    begun: Instant,
    told: BTreeMap<(String, String), String>,
}

impl Teller<'_> {
    fn tell(&mut self, found: &ActionSet) {
        let Some(status) = &found.status else {
            return;
        };
        for action in &status.actions {
            for phase in action.phases.iter().chain([&action.defer_phase]) {
                let key = (action.name.clone(), phase.name.clone());
                let state = phase.state.as_str().to_owned();
                let news = !matches!(phase.state, State::Pending | State::Unset);
                if news && self.told.get(&key) != Some(&state) {
                    let title = self.screen.paint(Style::Bold, &phase.name);
                    let since = words::time(self.begun.elapsed());
                    self.screen.line(&format!("  {title}  {state}  {since}"));
                    self.told.insert(key, state);
                }
            }
        }
    }
}
