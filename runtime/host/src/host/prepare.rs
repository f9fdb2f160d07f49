//! Before a call: are the arguments right, what do they need, and may they have it?

use crate::arguments;
use crate::authority::{
    Authority, Caller, Context, FunctionIdentity, Granted, Layer, LayerKind, effective, granted,
    plan_rules,
};
use crate::bindings::kanister::function::types::{Access, KubeAccess, ResourceName};
use crate::call::{CallError, DenialReport, Invocation, Question, Services};
use crate::capability::kube::Cluster;
use crate::gate::Gate;
use crate::limits::Limits;
use crate::registry::Function;
use kanister_api::function::{GrantFile, PodReach, Rules, to_flow_yaml};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Kinds of one plan that are looked up; a longer plan is refused for its size.
const MOST_KINDS: usize = 1024;

/// A call that somebody wants to make.
pub struct Request<'a> {
    /// Of what.
    pub function: &'a Function,
    /// Rendered arguments, with tokens in place of secrets.
    pub args: Map<String, Value>,
    /// The parameters of the run that a function may see, without credentials.
    pub params: Value,
    /// What operators grant.
    pub grants: &'a GrantFile,
    /// What the variables of rules stand for.
    pub context: &'a Context,
    /// Where the kinds that a plan names are looked up.
    pub cluster: Option<&'a Cluster>,
}

/// A call that may be made.
#[derive(Debug)]
pub struct Prepared {
    function: Function,
    question: Question,
    authority: Arc<Authority>,
    granted: Granted,
    limits: Limits,
}

pub(super) async fn prepare(request: Request<'_>, maximum: &Limits) -> Result<Prepared, CallError> {
    let Request {
        function,
        args,
        params,
        grants,
        context,
        cluster,
    } = request;
    let args = arguments::check(&function.descriptor, args).map_err(CallError::InvalidArguments)?;
    let question = Question {
        function: function.descriptor.name.clone(),
        version: function.descriptor.version.clone(),
        args: Value::Object(args),
        params,
    };
    function.plugin.validate(&question).await?;
    let plan = function.plugin.plan(&question).await?;

    let manifest = function.plugin.manifest();
    let identity = FunctionIdentity {
        name: question.function.clone(),
        version: question.version.clone(),
        digest: function.plugin.digest(),
    };
    let granted = granted(&identity, manifest, grants, context)
        .map_err(|conflict| CallError::Grants(conflict.to_string()))?;
    let mut layers = vec![Layer::manifest(manifest, context), granted.layer.clone()];
    if let Some(plan) = plan {
        let kinds = kinds(&plan, cluster).await?;
        let resolve =
            |group: &str, kind: &str| kinds.get(&(group.to_owned(), kind.to_owned())).cloned();
        let rules = |plan: &[_]| {
            plan_rules(plan, &resolve).map_err(|error| CallError::Malformed(error.to_string()))
        };
        // The whole first: it is refused if it is too large to look at each access.
        let whole = rules(&plan)?;
        for access in &plan {
            foreseen(&layers, rules(std::slice::from_ref(access))?, context)?;
        }
        layers.push(Layer::new(LayerKind::Plan, whole, context));
    }
    let limits = Limits::default()
        .asked(&granted.limits.clone().or(&manifest.limits))
        .capped(maximum);
    Ok(Prepared {
        function: function.clone(),
        question,
        authority: Arc::new(Authority::new(layers, context)),
        granted,
        limits,
    })
}

/// The resources of the kinds that a plan names.
async fn kinds(
    plan: &[Access],
    cluster: Option<&Cluster>,
) -> Result<BTreeMap<(String, String), String>, CallError> {
    let mut kinds = BTreeMap::new();
    for access in plan.iter().take(MOST_KINDS) {
        let Access::Kube(KubeAccess {
            group,
            resource: ResourceName::Kind(kind),
            ..
        }) = access
        else {
            continue;
        };
        let key = (group.clone(), kind.clone());
        let Some(cluster) = cluster else { continue };
        if kinds.contains_key(&key) {
            continue;
        }
        let plural = cluster.plural(group, kind).await.map_err(|error| {
            CallError::Busy(format!("the kind {kind} of the plan is not found: {error}"))
        })?;
        if let Some(plural) = plural {
            kinds.insert(key, plural);
        }
    }
    Ok(kinds)
}

/// Denies now what would be denied later: a planned access of which a layer allows
/// nothing at all.
fn foreseen(layers: &[Layer], planned: Rules, context: &Context) -> Result<(), CallError> {
    let plan = Layer::new(LayerKind::Plan, planned, context);
    if plan.rules().is_empty() {
        return Ok(());
    }
    for layer in layers {
        if effective(&[layer.clone(), plan.clone()]).is_empty() {
            let line = to_flow_yaml(plan.rules());
            let line = line.trim_start_matches('{').trim_end_matches('}');
            return Err(CallError::Denied(Box::new(DenialReport {
                access: format!("planned: {line}"),
                reason: format!(
                    "refused by {}: none of its rules allows any of it; the call was not started",
                    layer.kind()
                ),
                grant: line.to_owned(),
            })));
        }
    }
    Ok(())
}

impl Prepared {
    /// What is called.
    #[must_use]
    pub fn function(&self) -> &Function {
        &self.function
    }

    /// What it is asked: the arguments are checked and complete.
    #[must_use]
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// What it may do.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// What operators gave: the bindings of slots.
    #[must_use]
    pub fn granted(&self) -> &Granted {
        &self.granted
    }

    /// What it may use.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The gate in front of its services.
    #[must_use]
    pub(super) fn gate(&self, invocation: &Invocation, services: &Services) -> Gate {
        let caller = Caller {
            invocation: invocation.id.clone(),
            function: self.question.function.clone(),
            action_set: invocation.action_set.clone(),
        };
        // One that cannot be read adds nothing; merging it says what is wrong with it.
        let added = services.pods.override_.as_ref();
        let authority = match added.and_then(|it| PodReach::of_override(it).ok()) {
            Some(reach) => Arc::new(self.authority.with_pod_override(&reach)),
            None => Arc::clone(&self.authority),
        };
        Gate::new(caller, authority, Arc::clone(&services.audit))
    }
}
