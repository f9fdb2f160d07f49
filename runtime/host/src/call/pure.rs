//! `functions`, `validate` and `plan`: pure questions, asked in a store where nothing is
//! linked but the locked-down WASI. Whatever else a component imports is a trap there.

use super::failure::CallError;
use super::invocation::Question;
use super::wasi;
use crate::bindings::AllPre;
use crate::bindings::exports::kanister::function::describe as wit;
use crate::capability::log::{CallLog, Tracing};
use crate::engine::Engine;
use crate::limits::{CpuBudget, LimitHit, Limits, MemoryLimiter, Meter};
use crate::secret::Vault;
use std::sync::Arc;
use wasmtime::Store;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// The state of a pure question.
pub struct PureState {
    table: ResourceTable,
    wasi: WasiCtx,
    limiter: MemoryLimiter,
}

impl WasiView for PureState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// A store, and what it takes to explain its end.
struct Asking {
    store: Store<PureState>,
    meter: Meter,
    limits: Limits,
}

impl Asking {
    fn new(engine: &Engine, plugin: &str) -> Self {
        let limits = Limits::describing();
        let meter = Meter::default();
        let sink = Tracing {
            invocation: format!("describe {plugin}"),
        };
        let log = CallLog::new(Arc::new(sink), limits.log, Vault::new());
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles);
        let state = PureState {
            table,
            wasi: wasi::pure(&log),
            limiter: MemoryLimiter::new(&limits, meter.clone()),
        };
        let mut store = Store::new(engine.wasmtime(), state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(limits.host_copies);
        store.set_epoch_deadline(1);
        let mut budget = CpuBudget::new(&limits, meter.clone());
        store.epoch_deadline_callback(move |_| budget.tick());
        Self {
            store,
            meter,
            limits,
        }
    }
}

macro_rules! ask {
    ($engine:expr, $pre:expr, $plugin:expr, |$guest:ident, $store:ident| $call:expr) => {{
        let Asking {
            mut store,
            meter,
            limits,
        } = Asking::new($engine, $plugin);
        let asked = async {
            let instance = $pre.instantiate_async(&mut store).await?;
            let $guest = instance.kanister_function_describe();
            let $store = &mut store;
            $call.await
        };
        match tokio::time::timeout(limits.wall, asked).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(CallError::of_guest(&error, &meter, &limits)),
            Err(_) => Err(LimitHit::Wall(limits.wall).into()),
        }
    }};
}

/// What the plugin says of its functions.
pub(crate) async fn functions(
    engine: &Engine,
    pre: &AllPre<PureState>,
    plugin: &str,
) -> Result<Vec<wit::Descriptor>, CallError> {
    ask!(engine, pre, plugin, |guest, store| guest
        .call_functions(store))
}

/// What the plugin finds wrong with the arguments.
pub(crate) async fn validate(
    engine: &Engine,
    pre: &AllPre<PureState>,
    plugin: &str,
    question: &Question,
) -> Result<(), CallError> {
    let call = question.into();
    let answer = ask!(engine, pre, plugin, |guest, store| guest
        .call_validate(store, &call))?;
    answer.map_err(CallError::invalid)
}

/// The accesses that the plugin says it needs; `None` for those of its manifest.
pub(crate) async fn plan(
    engine: &Engine,
    pre: &AllPre<PureState>,
    plugin: &str,
    question: &Question,
) -> Result<Option<Vec<wit::Access>>, CallError> {
    let call = question.into();
    let answer = ask!(engine, pre, plugin, |guest, store| guest
        .call_plan(store, &call))?;
    answer.map_err(CallError::invalid)
}
