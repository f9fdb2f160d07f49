//! `KubeExec`.

use crate::command::Command;
use kanister_sdk::prelude::*;

#[arguments]
pub struct KubeExec {
    /// The namespace of the pod.
    namespace: String,
    /// The pod.
    pod: String,
    /// The program and its arguments. There is no shell unless it names one.
    command: Vec<String>,
    /// The container; without it, the only one of the pod.
    #[argument(default = "")]
    container: String,
}

impl KubeExec {
    fn command(&self) -> Command<'_> {
        Command {
            namespace: &self.namespace,
            pod: &self.pod,
            container: Some(self.container.as_str()).filter(|name| !name.is_empty()),
            argv: &self.command,
        }
    }
}

/// Runs a command in a container that exists. What it prints with `kando output` becomes the
/// output of the phase.
#[function(name = "KubeExec", version = "0.0.0", validate = validate, plan = plan)]
pub fn kube_exec(cx: &Context, args: KubeExec) -> Result<Output> {
    args.command().start(cx)?.finish(cx)
}

fn validate(args: &KubeExec) -> Result<(), Invalid> {
    args.command().validate()
}

fn plan(args: &KubeExec, _: &Call) -> Result<Vec<Access>, Invalid> {
    Ok(vec![args.command().access()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::tests::call;
    use kanister_sdk::types::{ArgvPart, ExecAccess};

    #[test]
    fn the_plan_is_exactly_the_command() {
        let args = r#"{"namespace": "shop", "pod": "db-0", "command": ["pg_dump", "**"]}"#;
        let planned = (kube_exec::FUNCTION.plan)(&call("KubeExec", args));
        let argv = vec![
            ArgvPart::Exact("pg_dump".into()),
            ArgvPart::Exact("**".into()),
        ];
        let exact = ExecAccess {
            namespace: "shop".into(),
            pod: Some("db-0".into()),
            container: None,
            argv,
        };
        assert_eq!(planned, Ok(Some(vec![Access::Exec(exact)])));
    }

    #[test]
    fn a_command_without_words_is_refused() {
        let args = r#"{"namespace": "shop", "pod": "db-0", "command": []}"#;
        let wrong = (kube_exec::FUNCTION.validate)(&call("KubeExec", args)).unwrap_err();
        assert_eq!(wrong[0].path, "command");
    }

    #[test]
    fn it_is_described_as_blueprints_know_it() {
        let described = (kube_exec::FUNCTION.describe)();
        let parameters: Vec<_> = described
            .parameters
            .iter()
            .map(|p| (p.name.as_str(), p.required))
            .collect();
        assert_eq!(
            parameters,
            [
                ("namespace", true),
                ("pod", true),
                ("command", true),
                ("container", false)
            ]
        );
        assert!(described.open_outputs && !described.idempotent);
    }
}
