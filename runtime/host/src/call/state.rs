//! What the store of a running call holds.

use crate::capability::http::Connections;
use crate::capability::io::Holdings;
use crate::capability::kube::KubeClients;
use crate::capability::log::CallLog;
use crate::gate::{self, Gate};
use crate::limits::{LimitHit, Limits, MemoryLimiter, Meter};
use std::sync::Arc;
use tokio::time::Instant;
use wasmtime::component::{Resource, ResourceTable, ResourceTableError};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::invocation::Invocation;
use super::services::Services;
use super::wasi;

/// The state of one running call. It dies with the call, and with it everything that the
/// guest held.
pub struct CallState {
    pub(crate) table: ResourceTable,
    pub(crate) services: Services,
    pub(crate) gate: Gate,
    /// The cluster behind the gate, if this host has one.
    pub(crate) kube: Option<KubeClients>,
    pub(crate) connections: Connections,
    pub(crate) log: CallLog,
    pub(crate) holdings: Holdings,
    pub(crate) started: Instant,
    pub(crate) limiter: MemoryLimiter,
    handles: usize,
    meter: Meter,
    wasi: WasiCtx,
}

impl CallState {
    pub(crate) fn new(
        services: Services,
        gate: Gate,
        invocation: &Invocation,
        limits: &Limits,
        meter: &Meter,
    ) -> Self {
        let kube = services.cluster.clone().map(|cluster| {
            KubeClients::new(
                cluster.clone(),
                gate::kube::client(
                    cluster.host.clone(),
                    gate.clone(),
                    Arc::new(services.vault.clone()),
                    &cluster.controller_namespace,
                ),
                invocation.id.clone(),
                invocation.question.function.clone(),
                services.pods.clone(),
            )
        });
        let log = CallLog::new(
            Arc::clone(&services.log),
            limits.log,
            services.vault.clone(),
        );
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles);
        Self {
            table,
            wasi: wasi::running(&log),
            services,
            gate,
            kube,
            connections: Connections::default(),
            log,
            holdings: Holdings::new(limits.held, meter.clone()),
            started: Instant::now(),
            limiter: MemoryLimiter::new(limits, meter.clone()),
            handles: limits.handles,
            meter: meter.clone(),
        }
    }

    /// Hands a resource to the guest.
    ///
    /// # Errors
    /// The guest holds as many handles as it may; that ends the call.
    pub(crate) fn push<T: Send + 'static>(&mut self, entry: T) -> wasmtime::Result<Resource<T>> {
        self.table.push(entry).map_err(|error| match error {
            ResourceTableError::Full => {
                let hit = LimitHit::Handles(self.handles);
                self.meter.record(hit.clone());
                wasmtime::Error::new(hit)
            }
            other => wasmtime::Error::new(other),
        })
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

// Interfaces that only name types.
impl crate::bindings::kanister::function::types::Host for CallState {}
