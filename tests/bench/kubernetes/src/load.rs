//! ActionSets that are created, and how long they take.

use crate::api::{NAMESPACE, action_set, action_sets, send};
use crate::sample;
use crate::watch::{Watched, text};
use futures::{StreamExt as _, TryStreamExt as _};
use http::Request;
use std::fmt;
use std::time::{Duration, Instant};

/// How ActionSets went that ran one after another.
#[derive(Default)]
pub struct Alone {
    /// How long each took.
    pub times: Vec<Duration>,
    /// The states of each one's versions, and how long after its creation had begun each was seen.
    versions: Vec<Vec<(String, Duration)>>,
}

impl fmt::Display for Alone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.versions.first().map(Vec::as_slice).unwrap_or_default();
        for (place, (state, _)) in first.iter().enumerate() {
            let seen = self.versions.iter().filter_map(|it| Some(it.get(place)?.1));
            let seen: Vec<_> = seen.collect();
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{state} {:.1}", sample::at(&seen, 0.5))?;
        }
        Ok(())
    }
}

/// Creates ActionSets.
pub struct Load {
    client: kube::Client,
    watched: Watched,
    writers: usize,
}

impl Load {
    /// So many `writers` create at once.
    pub fn new(client: kube::Client, watched: Watched, writers: usize) -> Self {
        Self {
            client,
            watched,
            writers,
        }
    }

    /// One after another, with a pause after each: from before the creation until its end is seen.
    ///
    /// # Errors
    /// If one cannot be created, or does not end.
    pub async fn alone(
        &self,
        prefix: &str,
        count: usize,
        pause: Duration,
    ) -> anyhow::Result<Alone> {
        let mut alone = Alone::default();
        for number in 0..count {
            let name = format!("{prefix}-{number}");
            let began = Instant::now();
            self.create(&name).await?;
            let ends = self.watched.ends(std::slice::from_ref(&name)).await?;
            let times = ends.iter().map(|end| end.duration_since(began));
            alone.times.extend(times);
            let kept = self.watched.kept(&name).into_iter();
            let seen = kept.map(|(version, at)| {
                let state = text(&version, "/status/state").unwrap_or("created");
                (state.to_owned(), at.duration_since(began))
            });
            alone.versions.push(seen.collect());
            tokio::time::sleep(pause).await;
        }
        Ok(alone)
    }

    /// All at once: how many ended per second, from before the first creation until the last end.
    ///
    /// # Errors
    /// If one cannot be created, or does not end.
    pub async fn many(&self, prefix: &str, count: usize) -> anyhow::Result<f64> {
        let names: Vec<_> = (0..count).map(|it| format!("{prefix}-{it}")).collect();
        let began = Instant::now();
        let created = futures::stream::iter(&names).map(async |name| self.create(name).await);
        let created = created.buffer_unordered(self.writers);
        created.try_collect::<()>().await?;
        let created = began.elapsed();
        let ends = self.watched.ends(&names).await?;
        let last = ends.into_iter().max().unwrap_or(began);
        let took = last.duration_since(began);
        println!(
            "{count} were created within {:.1} s and ended within {:.1} s",
            created.as_secs_f64(),
            took.as_secs_f64()
        );
        Ok(count as f64 / took.as_secs_f64())
    }

    async fn create(&self, name: &str) -> anyhow::Result<()> {
        let request = Request::post(action_sets(NAMESPACE));
        send(&self.client, request, &action_set(NAMESPACE, name)).await?;
        Ok(())
    }
}
