//! What a guest sees of objects.

use super::condition::Condition;
use super::fields::Fields;
use super::watch::Watcher;
use super::write::Writer;
use super::{read, wait};
use crate::bindings::kanister::kube::objects as wit;
use crate::bindings::kanister::kube::types::{ApiResource, ObjectRef};
use crate::call::CallState;
use crate::capability::kube::KubeClients;
use crate::capability::kube::guest::{Answer, answer};
use std::time::Duration;
use wasmtime::component::Resource;

fn writer(cluster: &KubeClients) -> Writer<'_> {
    Writer {
        client: &cluster.gated,
        function: &cluster.function,
    }
}

impl wit::Host for CallState {
    async fn resolve(&mut self, api_version: String, kind: String) -> Answer<wit::Resolved> {
        let cluster = self.cluster();
        answer(async move {
            let KubeClients { gated, cluster, .. } = cluster?;
            cluster.discovery.resolve(&gated, &api_version, &kind).await
        })
        .await
    }

    async fn get(&mut self, target: ObjectRef, fields: Vec<String>) -> Answer<String> {
        let cluster = self.cluster();
        answer(async move {
            let fields = Fields::parse(&fields)?;
            read::get(&cluster?.gated, &target, &fields).await
        })
        .await
    }

    async fn list(&mut self, query: wit::ListQuery, next: Option<String>) -> Answer<wit::Page> {
        let cluster = self.cluster();
        answer(async move {
            let page = read::list(&cluster?.gated, &query, next.as_deref()).await?;
            let read::Page { items, next } = page;
            Ok(wit::Page { items, next })
        })
        .await
    }

    async fn create(
        &mut self,
        api: ApiResource,
        namespace: Option<String>,
        object: String,
        options: wit::WriteOptions,
    ) -> Answer<String> {
        let cluster = self.cluster();
        answer(async move {
            let cluster = cluster?;
            let namespace = namespace.as_deref();
            writer(&cluster)
                .create(&api, namespace, &object, &options)
                .await
        })
        .await
    }

    async fn apply(
        &mut self,
        api: ApiResource,
        namespace: Option<String>,
        object: String,
        force: bool,
        options: wit::WriteOptions,
    ) -> Answer<String> {
        let cluster = self.cluster();
        answer(async move {
            let cluster = cluster?;
            writer(&cluster)
                .apply(&api, namespace, &object, force, &options)
                .await
        })
        .await
    }

    async fn replace(
        &mut self,
        target: ObjectRef,
        subresource: Option<String>,
        object: String,
        options: wit::WriteOptions,
    ) -> Answer<String> {
        let cluster = self.cluster();
        answer(async move {
            let cluster = cluster?;
            writer(&cluster)
                .replace(&target, subresource.as_deref(), &object, &options)
                .await
        })
        .await
    }

    async fn patch(
        &mut self,
        target: ObjectRef,
        subresource: Option<String>,
        kind: wit::PatchKind,
        patch: String,
        preconditions: Option<wit::Preconditions>,
        options: wit::WriteOptions,
    ) -> Answer<String> {
        let cluster = self.cluster();
        answer(async move {
            let cluster = cluster?;
            let subresource = subresource.as_deref();
            let preconditions = preconditions.as_ref();
            writer(&cluster)
                .patch(
                    &target,
                    subresource,
                    (kind, &patch),
                    preconditions,
                    &options,
                )
                .await
        })
        .await
    }

    async fn delete(&mut self, target: ObjectRef, options: wit::DeleteOptions) -> Answer<()> {
        let cluster = self.cluster();
        answer(async move {
            let cluster = cluster?;
            writer(&cluster).delete(&target, options).await
        })
        .await
    }

    async fn wait(
        &mut self,
        target: ObjectRef,
        until: wit::Condition,
        timeout_ms: u64,
    ) -> Answer<String> {
        let begun = self.begin();
        answer(async move {
            let (cluster, scope) = begun?;
            let condition = Condition::parse(until)?;
            let timeout = Duration::from_millis(timeout_ms);
            let found = wait::wait(cluster.gated, &scope, &target, &condition, timeout).await?;
            Ok(found.map_or_else(|| "null".to_owned(), |object| object.to_string()))
        })
        .await
    }

    async fn watch(&mut self, targets: Vec<ObjectRef>) -> Answer<Resource<Watcher>> {
        let watcher = self
            .begin()
            .and_then(|(cluster, scope)| Watcher::new(&cluster.gated, &targets, scope));
        Ok(match watcher {
            Ok(watcher) => Ok(self.push(watcher)?),
            Err(error) => Err(error.into()),
        })
    }
}

impl wit::HostWatcher for CallState {
    async fn next(
        &mut self,
        watcher: Resource<Watcher>,
        timeout_ms: u64,
    ) -> Answer<Option<wit::Change>> {
        let timeout = Duration::from_millis(timeout_ms);
        let change = self.table.get_mut(&watcher)?.next(timeout).await;
        Ok(change.map_err(Into::into))
    }

    async fn drop(&mut self, watcher: Resource<Watcher>) -> wasmtime::Result<()> {
        self.table.delete(watcher)?;
        Ok(())
    }
}
