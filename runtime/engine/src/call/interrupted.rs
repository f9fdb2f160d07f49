//! What may still run of a call whose process ended.

use kanister_api::function::{ExecRule, Rules};
use serde_json::Value;

/// Bytes of a command line in a message.
const LONGEST: usize = 200;

/// The commands that a call may have left running, as a sentence; empty if it cannot have left any.
/// `effective` is what the call was allowed to do: the plan for its exact arguments.
pub(crate) fn may_still_run(effective: &Rules) -> String {
    let commands: Vec<_> = effective.exec.iter().map(command).collect();
    if commands.is_empty() {
        return String::new();
    }
    format!("; what may still run: {}", commands.join(", "))
}

fn command(rule: &ExecRule) -> String {
    let ExecRule {
        namespaces,
        pods,
        containers,
        argv,
    } = rule;
    let words = |value: Result<Value, serde_json::Error>| match value {
        Ok(Value::Array(words)) => {
            let words = words.iter().map(|word| {
                word.as_str()
                    .map_or_else(|| word.to_string(), str::to_owned)
            });
            words.collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    };
    let mut argv = words(serde_json::to_value(argv));
    if let Some((at, _)) = argv.char_indices().nth(LONGEST) {
        argv.truncate(at);
        argv.push('…');
    }
    let place = format!(
        "{}/{}",
        words(serde_json::to_value(namespaces)),
        words(serde_json::to_value(pods))
    );
    // A pattern stands for the only container there is.
    let container = words(serde_json::to_value(containers));
    if container.is_empty() || container.contains(['*', '$']) {
        return format!("`{argv}` in pod {place}");
    }
    format!("`{argv}` in pod {place}, container {container}")
}
