//! `KubeOps`: create, patch and delete objects of Kubernetes.

mod create;
mod delete;
mod operation;
mod patch;
mod reference;

use kanister_sdk::prelude::*;
use operation::{KubeOps, Operation};
use reference::Reference;

/// Creates the objects of `spec`, changes one by a patch, or deletes one and waits until it is
/// gone. Pods are not created by it: KubeTask runs one and takes it away again.
#[function(name = "KubeOps", version = "0.0.0", validate = validate, plan = plan)]
fn kube_ops(cx: &Context, args: KubeOps) -> Result<Reference> {
    match args.read()? {
        Operation::Create(objects) => create::run(cx, &objects),
        Operation::Patch(patch) => patch.run(cx),
        Operation::Delete(deletion) => deletion.run(cx),
    }
}

fn validate(args: &KubeOps) -> Result<(), Invalid> {
    args.read().map(|_| ())
}

fn plan(args: &KubeOps, _: &Call) -> Result<Vec<Access>, Invalid> {
    Ok(match args.read()? {
        Operation::Create(objects) => create::accesses(&objects),
        Operation::Patch(patch) => patch.accesses(),
        Operation::Delete(deletion) => deletion.accesses(),
    })
}

kanister_sdk::plugin!(kube_ops);
