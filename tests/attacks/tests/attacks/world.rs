//! A host with the hostile component in it.

use async_trait::async_trait;
use kanister_api::function::GrantFile;
use kanister_host::authority::{AuditSink, Context, Decision};
use kanister_host::call::{CallEnd, CallError, Invocation, Services};
use kanister_host::capability::log::{Line, LogSink};
use kanister_host::capability::progress::{Progress, ProgressSink};
use kanister_host::capability::secrets::{SecretError, SecretSource};
use kanister_host::host::{Host, HostOptions, Prepared, Request};
use kanister_host::secret::SecretBytes;
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

pub const CANARY: &str = "c4n4ry-b3hind-the-t0ken";

/// The component, made once for all tests.
pub async fn hostile() -> Arc<[u8]> {
    static COMPONENT: OnceCell<Arc<[u8]>> = OnceCell::const_new();
    let made = COMPONENT.get_or_init(|| async {
        tokio::task::spawn_blocking(test_guests::hostile)
            .await
            .unwrap()
            .unwrap()
    });
    Arc::clone(made.await)
}

/// What the host heard of a call.
#[derive(Default)]
pub struct Heard {
    pub lines: Mutex<Vec<Line>>,
    pub progress: Mutex<Vec<Progress>>,
    pub decisions: Mutex<Vec<(String, bool)>>,
}

impl Heard {
    /// Everything as one text, to look for what must not be there.
    pub fn text(&self) -> String {
        format!(
            "{:?}{:?}{:?}",
            self.lines.lock().unwrap(),
            self.progress.lock().unwrap(),
            self.decisions.lock().unwrap()
        )
    }
}

impl LogSink for Heard {
    fn line(&self, line: Line) {
        self.lines.lock().unwrap().push(line);
    }
}

impl ProgressSink for Heard {
    fn report(&self, progress: Progress) {
        let mut reports = self.progress.lock().unwrap();
        reports.clear();
        reports.push(progress);
    }
}

impl AuditSink for Heard {
    fn record(&self, decision: &Decision<'_>) {
        let record = (decision.access.to_owned(), decision.denial.is_none());
        self.decisions.lock().unwrap().push(record);
    }
}

/// Every slot holds the canary.
struct Canary;

#[async_trait]
impl SecretSource for Canary {
    async fn get(&self, _slot: &str) -> Result<SecretBytes, SecretError> {
        Ok(CANARY.to_owned().into())
    }
}

/// A call under preparation.
pub struct Try {
    pub attack: &'static str,
    args: Map<String, Value>,
    grants: GrantFile,
    pub services: Services,
    pub heard: Arc<Heard>,
}

/// A try of one attack: nothing is granted, and the limits are small.
pub fn attack(attack: &'static str) -> Try {
    let heard = Arc::new(Heard::default());
    let mut args = Map::new();
    args.insert("attack".to_owned(), attack.into());
    Try {
        attack,
        args,
        grants: GrantFile::default(),
        services: Services {
            log: Arc::clone(&heard) as Arc<dyn LogSink>,
            progress: Arc::clone(&heard) as Arc<dyn ProgressSink>,
            audit: Arc::clone(&heard) as Arc<dyn AuditSink>,
            secrets: Arc::new(Canary),
            ..Services::detached(attack)
        },
        heard,
    }
    .granting("")
}

impl Try {
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.args.insert(name.to_owned(), value.into());
        self
    }

    /// Rules of a grant, indented by four; the limits stay small.
    pub fn granting(self, rules: &str) -> Self {
        self.granting_with(rules, "memory: 64Mi, cpu: 500ms, wall: 20s")
    }

    pub fn granting_with(mut self, rules: &str, limits: &str) -> Self {
        let rules = if rules.is_empty() {
            "{}".to_owned()
        } else {
            format!("\n{rules}")
        };
        let text = format!(
            "apiVersion: functions.kanister.io/v1alpha1\n\
             kind: ClusterFunctionGrant\n\
             metadata: {{name: test}}\n\
             spec:\n  \
               functions: [{{name: Hostile}}]\n  \
               limits: {{{limits}}}\n  \
               rules: {rules}\n"
        );
        self.grants = GrantFile::from_yaml("test", &text).unwrap();
        self
    }

    pub fn services(mut self, change: impl FnOnce(&mut Services)) -> Self {
        change(&mut self.services);
        self
    }

    pub async fn prepare(&self, host: &Host) -> Result<Prepared, CallError> {
        let function = host.registry().find("Hostile", "").unwrap().function;
        let context = Context {
            subject_namespace: Some("shop".to_owned()),
            controller_namespace: Some("kanister".to_owned()),
            helper_service_account: None,
        };
        host.prepare(Request {
            function: &function,
            args: self.args.clone(),
            params: json!({"Object": {"metadata": {"name": "shop"}}}),
            grants: &self.grants,
            context: &context,
            cluster: self.services.cluster.as_ref(),
        })
        .await
    }

    pub async fn run_on(&self, host: &Host) -> CallEnd {
        let prepared = self.prepare(host).await.unwrap();
        let invocation = Invocation {
            id: self.attack.to_owned(),
            question: prepared.question().clone(),
            action_set: "shop/backup".to_owned(),
            action: "backup".to_owned(),
            phase: "phase".to_owned(),
            attempt: 1,
            deadline: None,
        };
        host.run(&prepared, &invocation, self.services.clone())
            .await
    }

    pub async fn run(&self) -> CallEnd {
        self.run_on(&host().await).await
    }

    /// The output of an attack that is answered with values.
    pub async fn output(&self) -> Value {
        Value::Object(self.run().await.outcome.unwrap())
    }

    /// The error of an attack that is ended.
    pub async fn error(&self) -> CallError {
        self.run().await.outcome.unwrap_err()
    }
}

/// A new host with the hostile component.
pub async fn host() -> Host {
    let host = Host::start(&HostOptions::default()).unwrap();
    host.install("hostile", hostile().await).await.unwrap();
    host
}
