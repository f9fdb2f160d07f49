//! `kanister manifests`: what a cluster is given to run a controller.

use crate::output;
use clap::Args;
use std::process::ExitCode;

/// The controller as a pod, and the roles that it needs.
const CONTROLLER: &str = include_str!("controller.yaml");

/// The role in a namespace whose ActionSets are run.
const WATCHED: &str = include_str!("watched.yaml");

/// Print the controller's Deployment and the roles that it needs.
#[derive(Debug, Args)]
#[command(after_help = "\
The image needs nothing but this binary, linked statically (`cargo xtask kanister-static`):

  FROM scratch
  COPY kanister-linux-amd64 /kanister
  USER 65532:65532
  ENTRYPOINT [\"/kanister\"]

What Blueprints do to applications is allowed in the applications' namespaces: see `kanister caps`.

Example: kanister manifests --image registry.local/kanister:1 | kubectl apply -f -")]
pub struct Manifests {
    /// The controller's image
    #[arg(long, value_name = "IMAGE", value_parser = image)]
    image: String,

    /// The controller's namespace
    #[arg(long, short, value_name = "NAME", default_value = "kanister", value_parser = namespace)]
    namespace: String,

    /// A further namespace whose ActionSets are run, which exists; may be repeated
    #[arg(long = "watch", value_name = "NAME", value_parser = namespace)]
    watched: Vec<String>,
}

impl Manifests {
    /// Prints YAML.
    pub fn print(&self) -> anyhow::Result<ExitCode> {
        output::text(&self.yaml())?;
        Ok(ExitCode::SUCCESS)
    }

    fn yaml(&self) -> String {
        let all = || [&self.namespace].into_iter().chain(&self.watched);
        let mut arguments = vec!["controller".to_owned()];
        if !self.watched.is_empty() {
            arguments.extend(all().map(|name| format!("--namespace={name}")));
        }
        let mut text = CONTROLLER.replace("ARGUMENTS", &format!("[{}]", arguments.join(", ")));
        for name in all() {
            text += &WATCHED.replace("WATCHED", name);
        }
        // The image last: unlike namespaces it may hold capital letters, and so these words.
        text.replace("NAMESPACE", &self.namespace)
            .replace("IMAGE", &self.image)
    }
}

/// The name of a namespace, as Kubernetes allows it.
fn namespace(text: &str) -> Result<String, String> {
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let right = text.len() <= 63
        && text.starts_with(inside)
        && text.ends_with(inside)
        && text.chars().all(|c| inside(c) || c == '-');
    right.then(|| text.to_owned()).ok_or_else(|| {
        "a namespace has up to 63 lower-case letters, digits and dashes inside".to_owned()
    })
}

/// The name of an image, which holds no character that means something to YAML.
fn image(text: &str) -> Result<String, String> {
    let inside = |c: char| c.is_ascii_alphanumeric() || "-._:/@".contains(c);
    let right = text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(inside);
    right
        .then(|| text.to_owned())
        .ok_or_else(|| "an image is [REGISTRY/]NAME[:TAG][@DIGEST]".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanister_api::crd;
    use kube::ResourceExt as _;
    use serde_json::Value;

    fn objects(namespace: &str, watched: &[&str]) -> Vec<Value> {
        let manifests = Manifests {
            image: "registry.local/kanister:NAMESPACE".to_owned(),
            namespace: namespace.to_owned(),
            watched: watched.iter().map(|name| (*name).to_owned()).collect(),
        };
        let documents = kanister_api::document::parse(&manifests.yaml()).unwrap();
        documents.iter().map(|it| it.to_json()).collect()
    }

    #[test]
    fn every_object_is_in_the_namespace_or_names_it() {
        for object in objects("backup", &["shop"]) {
            let text = object.to_string();
            let placed = text.contains("\"backup\"") || text.contains("\"shop\"");
            assert!(placed || object["kind"] == "ClusterRole", "{text}");
            let text = text.replace("kanister:NAMESPACE", "");
            for placeholder in ["NAMESPACE", "WATCHED", "ARGUMENTS", "IMAGE"] {
                assert!(!text.contains(placeholder), "{text}");
            }
        }
    }

    #[test]
    fn the_controller_watches_what_is_named_and_its_own() {
        let arguments = |watched: &[&str]| {
            let all = objects("backup", watched);
            let deployment = all.iter().find(|it| it["kind"] == "Deployment").unwrap();
            let container = &deployment["spec"]["template"]["spec"]["containers"][0];
            assert_eq!(container["image"], "registry.local/kanister:NAMESPACE");
            container["args"].clone()
        };
        assert_eq!(arguments(&[]), serde_json::json!(["controller"]));
        let both = ["controller", "--namespace=backup", "--namespace=shop"];
        assert_eq!(arguments(&["shop"]), serde_json::json!(both));
    }

    #[test]
    fn exactly_our_definitions_may_be_updated() {
        let all = objects("backup", &[]);
        let role = all.iter().find(|it| it["kind"] == "ClusterRole").unwrap();
        let ours: Vec<_> = crd::definitions().iter().map(|it| it.name_any()).collect();
        assert_eq!(role["rules"][1]["resourceNames"], serde_json::json!(ours));
    }

    #[test]
    fn no_name_breaks_out_of_the_text() {
        assert!(namespace("a-1").is_ok() && image("r.local:5000/a/b:1@sha256:00").is_ok());
        for text in ["", "-a", "a-", "A", "a}", "a\nb", "a b"] {
            assert!(namespace(text).is_err(), "{text:?}");
        }
        for text in ["", "a b", "a\n", "{a}", "-a", "a, b"] {
            assert!(image(text).is_err(), "{text:?}");
        }
    }
}
