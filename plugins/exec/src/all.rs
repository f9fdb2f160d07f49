//! `KubeExecAll`.

use crate::command::Command;
use kanister_sdk::prelude::*;

/// How many commands run at the same time.
const AT_ONCE: usize = 64;

#[arguments]
pub struct KubeExecAll {
    /// The namespace of the pods.
    namespace: String,
    /// The pods, separated by spaces.
    pods: String,
    /// The containers of each pod, separated by spaces.
    containers: String,
    /// The program and its arguments. There is no shell unless it names one.
    command: Vec<String>,
}

impl KubeExecAll {
    /// Every pod with every container.
    fn commands(&self) -> Vec<Command<'_>> {
        let pairs = self.pods.split_whitespace().flat_map(|pod| {
            self.containers
                .split_whitespace()
                .map(move |container| (pod, container))
        });
        pairs
            .map(|(pod, container)| Command {
                namespace: &self.namespace,
                pod,
                container: Some(container),
                argv: &self.command,
            })
            .collect()
    }
}

/// Runs a command in every container of every pod named, at the same time. What they print
/// with `kando output` becomes the output of the phase; of several with one key, the last in
/// the order of pods and containers. When one fails the others still run to their end.
#[function(name = "KubeExecAll", version = "0.0.0", validate = validate, plan = plan)]
pub fn kube_exec_all(cx: &Context, args: KubeExecAll) -> Result<Output> {
    let mut outputs = Output::default();
    let mut failures = Vec::new();
    for commands in args.commands().chunks(AT_ONCE) {
        let running: Vec<_> = commands.iter().map(|command| command.start(cx)).collect();
        for started in running {
            match started.and_then(|running| running.finish(cx)) {
                Ok(Output(more)) => outputs.0.extend(more),
                Err(failure) => failures.push(failure),
            }
        }
    }
    match together(failures) {
        Some(failure) => Err(failure),
        None => Ok(outputs),
    }
}

/// Several failures as one, with all of their texts. A denial or a cancellation among them
/// is what the engine has to know.
fn together(failures: Vec<Failure>) -> Option<Failure> {
    let mut texts = Vec::new();
    let mut retryable = true;
    for failure in failures {
        match failure {
            Failure::Retryable(cause) => texts.push(cause.message),
            Failure::Permanent(cause) => {
                retryable = false;
                texts.push(cause.message);
            }
            decisive => return Some(decisive),
        }
    }
    if texts.is_empty() {
        return None;
    }
    let text = texts.join("\n");
    Some(if retryable {
        Failure::retryable(text)
    } else {
        Failure::permanent(text)
    })
}

fn validate(args: &KubeExecAll) -> Result<(), Invalid> {
    args.commands().iter().try_for_each(Command::validate)
}

fn plan(args: &KubeExecAll, _: &Call) -> Result<Vec<Access>, Invalid> {
    Ok(args.commands().iter().map(Command::access).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::tests::call;

    #[test]
    fn the_plan_is_every_pod_with_every_container() {
        let args =
            r#"{"namespace": "n", "pods": "a  b", "containers": "x y", "command": ["true"]}"#;
        let planned = (kube_exec_all::FUNCTION.plan)(&call("KubeExecAll", args));
        let argv = ["true".to_owned()];
        let expected = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
            .map(|(pod, container)| access::exec("n", Some(pod), Some(container), &argv));
        assert_eq!(planned, Ok(Some(expected.to_vec())));
    }

    #[test]
    fn failures_are_told_together_and_a_denial_first() {
        assert_eq!(together(vec![]), None);
        let (a, b) = (Failure::retryable("a"), Failure::permanent("b"));
        assert_eq!(together(vec![a.clone()]), Some(Failure::retryable("a")));
        assert_eq!(
            together(vec![a.clone(), b.clone()]),
            Some(Failure::permanent("a\nb"))
        );
        let denial = kanister_sdk::types::Denial {
            access: "exec".into(),
            reason: "no".into(),
            grant: "-".into(),
        };
        assert_eq!(
            together(vec![a, denial.clone().into(), b]),
            Some(Failure::Denied(denial))
        );
    }
}
