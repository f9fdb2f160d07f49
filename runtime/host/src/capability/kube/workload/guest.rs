//! What a guest sees of helper pods.

use super::helper::Helper;
use super::logs::Mode;
use super::outcome::concealed;
use super::scale;
use super::start::{resume, start};
use crate::bindings::kanister::kube::types::{ObjectRef, PodRef};
use crate::bindings::kanister::kube::workload as wit;
use crate::call::CallState;
use crate::capability::io::Source;
use crate::capability::kube::guest::{Answer, answer};
use std::time::Duration;
use wasmtime::component::Resource;

impl wit::Host for CallState {
    async fn start(&mut self, request: wit::HelperRequest) -> Answer<Resource<Helper>> {
        let begun = self.begin();
        let started = async move {
            let (cluster, scope) = begun?;
            scope.run(start(&cluster, request)).await
        };
        Ok(match started.await {
            Ok(helper) => Ok(self.push(helper)?),
            Err(error) => Err(error.into()),
        })
    }

    async fn resume(
        &mut self,
        key: String,
        namespace: Option<String>,
    ) -> Answer<Option<Resource<Helper>>> {
        let begun = self.begin();
        let found = async move {
            let (cluster, scope) = begun?;
            scope.run(resume(&cluster, &key, namespace)).await
        };
        Ok(match found.await {
            Ok(Some(helper)) => Ok(Some(self.push(helper)?)),
            Ok(None) => Ok(None),
            Err(error) => Err(error.into()),
        })
    }

    async fn scale(
        &mut self,
        target: ObjectRef,
        replicas: u32,
        wait: bool,
        timeout_ms: u64,
    ) -> Answer<u32> {
        let begun = self.begin();
        answer(async move {
            let (cluster, scope) = begun?;
            let timeout = Duration::from_millis(timeout_ms);
            scale::scale(&cluster, &scope, &target, replicas, wait, timeout).await
        })
        .await
    }
}

impl wit::HostHelper for CallState {
    async fn pod(&mut self, helper: Resource<Helper>) -> wasmtime::Result<PodRef> {
        let helper = self.table.get(&helper)?;
        Ok(PodRef {
            namespace: helper.own().namespace.clone(),
            name: helper.own().name.clone(),
            container: Some(helper.container().to_owned()),
        })
    }

    async fn resumed(&mut self, helper: Resource<Helper>) -> wasmtime::Result<bool> {
        Ok(self.table.get(&helper)?.resumed())
    }

    async fn logs(
        &mut self,
        helper: Resource<Helper>,
        container: Option<String>,
        mode: wit::LogMode,
    ) -> Answer<Resource<Source>> {
        let helper = self.table.get(&helper)?;
        let mode = match mode {
            wit::LogMode::Follow => Mode::Follow,
            wit::LogMode::Whole => Mode::Whole,
        };
        let source = self
            .begin()
            .and_then(|(cluster, scope)| helper.logs(cluster.cluster.host, container, mode, scope));
        Ok(match source {
            Ok(source) => Ok(self.push(source)?),
            Err(error) => Err(error.into()),
        })
    }

    async fn wait_ready(&mut self, helper: Resource<Helper>, timeout_ms: u64) -> Answer<()> {
        let begun = self.begin();
        let vault = self.services.vault.clone();
        let helper = self.table.get(&helper)?;
        answer(async move {
            let (cluster, scope) = begun?;
            let timeout = Duration::from_millis(timeout_ms);
            let host = cluster.cluster.host;
            let ready = helper.wait_ready(host, &scope, timeout).await;
            ready.map_err(|error| error.concealed(&vault))
        })
        .await
    }

    async fn wait_done(
        &mut self,
        helper: Resource<Helper>,
        timeout_ms: u64,
    ) -> Answer<wit::Outcome> {
        let begun = self.begin();
        let vault = self.services.vault.clone();
        let helper = self.table.get(&helper)?;
        answer(async move {
            let (cluster, scope) = begun?;
            let timeout = Duration::from_millis(timeout_ms);
            let host = cluster.cluster.host;
            let outcome = helper.wait_done(host, &scope, timeout).await?;
            Ok(concealed(outcome, &vault))
        })
        .await
    }

    async fn remove(&mut self, helper: Resource<Helper>) -> Answer<()> {
        let helper = self.table.delete(helper)?;
        let begun = self.begin();
        answer(async move {
            let (cluster, scope) = begun?;
            helper.remove(cluster.cluster.host, &scope).await
        })
        .await
    }

    async fn drop(&mut self, helper: Resource<Helper>) -> wasmtime::Result<()> {
        self.table.delete(helper)?;
        Ok(())
    }
}
