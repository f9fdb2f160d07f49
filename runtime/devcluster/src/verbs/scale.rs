//! The scale subresource.

use serde_json::{Value, json};

use super::{Answer, Call, Change, Objects, Subresource, Written};
use crate::object::{at, set, text};
use crate::patch::{Patch, patched};
use crate::registry::ScalePaths;
use crate::schema::{Mode, builtin, prune};
use crate::selector::Labels;
use crate::status::{Cause, Status};

impl Objects {
    pub(crate) fn get_scale(&self, call: &Call, name: &str) -> Result<Value, Status> {
        let paths = paths(call)?;
        Ok(scale(&self.get(call, name)?.object, paths))
    }

    /// Replaces or patches the scale; returns it and the object behind it.
    pub(crate) fn write_scale(
        &self,
        call: &Call,
        name: &str,
        body: &Patch,
        replace: bool,
    ) -> Result<(Value, Written), Status> {
        let paths = paths(call)?;
        let written = self.modify(
            call,
            name,
            Change::of(Subresource::Scale),
            Vec::new(),
            |object| {
                let old = scale(object, paths);
                let mut new = match body {
                    Patch::Merge(body) if replace => body.clone(),
                    Patch::Apply(body) => patched(&old, &Patch::Merge(body.clone()), schema())?,
                    patch => patched(&old, patch, schema())?,
                };
                if let Some(wrong) = prune(&mut new, schema(), Mode::BuiltIn).wrong.first() {
                    return Err(Status::bad_request(format!(
                        "Scale cannot be decoded: {wrong}"
                    )));
                }
                let count = at(&new, &["spec", "replicas"]).as_i64().unwrap_or_default();
                if count < 0 {
                    let cause = Cause::invalid(
                        "spec.replicas",
                        &count.into(),
                        "must be greater than or equal to 0",
                    );
                    return Err(Status::invalid(&call.resource, name, &[cause]));
                }
                let mut object = object.clone();
                for field in ["resourceVersion", "uid"] {
                    match text(&new, &["metadata", field]) {
                        "" => {}
                        value => set(&mut object, &["metadata", field], value.into()),
                    }
                }
                set(&mut object, &steps(&paths.spec), count.into());
                Ok(object)
            },
        )?;
        Ok((scale(written.answer.object(), paths), written))
    }
}

impl Written {
    /// The version to wait for before the answer is given.
    pub(crate) fn version(&self) -> u64 {
        match &self.answer {
            Answer::Stored(entry) => entry.version,
            Answer::Imagined(_) => 0,
        }
    }
}

fn schema() -> &'static crate::schema::Node {
    builtin("autoscaling/v1/Scale").unwrap_or(&crate::schema::ANY)
}

fn paths(call: &Call) -> Result<&ScalePaths, Status> {
    call.resource
        .scale
        .as_ref()
        .ok_or_else(Status::no_such_path)
}

fn steps(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

fn scale(object: &Value, paths: &ScalePaths) -> Value {
    let number = |path: &[String]| at(object, &steps(path)).as_i64().unwrap_or_default();
    let metadata = at(object, &["metadata"]);
    let selector = match &paths.selector {
        Some(path) => text(object, &steps(path)).to_owned(),
        None => Labels::from_object(at(object, &["spec", "selector"])).to_text(),
    };
    let mut scale = json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata.get("name"), "namespace": metadata.get("namespace"), "uid": metadata.get("uid"),
            "resourceVersion": metadata.get("resourceVersion"), "creationTimestamp": metadata.get("creationTimestamp"),
        },
        "spec": {}, "status": {"replicas": number(&paths.status)},
    });
    let count = number(&paths.spec);
    if count != 0 {
        set(&mut scale, &["spec", "replicas"], count.into());
    }
    if !selector.is_empty() {
        set(&mut scale, &["status", "selector"], selector.into());
    }
    scale
}
