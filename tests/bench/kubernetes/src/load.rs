//! ActionSets that are created, and how long they take.

use crate::api::{NAMESPACE, action_set, action_sets, send};
use crate::watch::Watched;
use futures::{StreamExt as _, TryStreamExt as _};
use http::Request;
use std::time::{Duration, Instant};

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

    /// One after another: from before the creation until its end is seen.
    ///
    /// # Errors
    /// If one cannot be created, or does not end.
    pub async fn alone(&self, prefix: &str, count: usize) -> anyhow::Result<Vec<Duration>> {
        let mut times = Vec::new();
        for number in 0..count {
            let name = format!("{prefix}-{number}");
            let began = Instant::now();
            self.create(&name).await?;
            let ends = self.watched.ends(&[name]).await?;
            times.extend(ends.iter().map(|end| end.duration_since(began)));
            // Its last events, which are written beside it, are no part of the next one.
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Ok(times)
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
