//! What the authority promises.

mod algebra;
mod arbitrary;
mod decide;
mod denial;
mod grants;
mod plan;

use kanister_api::function::{FunctionManifest, GrantFile, Rules};

use super::{Access, Authority, Context, Layer, LayerKind};

/// The subject in `shop`, the controller in `kanister`.
pub(crate) fn context() -> Context {
    Context {
        subject_namespace: Some("shop".to_owned()),
        controller_namespace: Some("kanister".to_owned()),
        helper_service_account: Some("helper".to_owned()),
    }
}

/// The `requires` of a manifest.
pub(crate) fn rules(yaml: &str) -> Rules {
    let requires: String = yaml.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!(
        "apiVersion: functions.kanister.io/v1alpha1\nkind: FunctionManifest\nplugin: {{name: p, \
         version: 1.0.0}}\nrequires:\n{requires}"
    );
    FunctionManifest::from_yaml("test", &text).unwrap().requires
}

pub(crate) fn grant_file(yaml: &str) -> GrantFile {
    GrantFile::from_yaml("grants.yaml", yaml).unwrap()
}

/// One layer of the operator.
pub(crate) fn layer(rules: Rules) -> Layer {
    let kind = LayerKind::Grants {
        function: "F".to_owned(),
        names: vec!["g".to_owned()],
    };
    Layer::new(kind, rules, &context())
}

pub(crate) fn authority(yaml: &str) -> Authority {
    Authority::new(vec![layer(rules(yaml))], &context())
}

fn allows(rules: &Rules, access: &Access) -> bool {
    layer(rules.clone()).check(access).is_ok()
}
