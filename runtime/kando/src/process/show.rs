//! How a process is written.

use super::wire::{Process, ProcessState};

fn state(process: &Process) -> &'static str {
    ProcessState::try_from(process.state)
        .unwrap_or(ProcessState::Unspecified)
        .name()
}

/// As text, in one line.
pub(crate) fn text(process: &Process) -> String {
    let Process {
        pid,
        state: _,
        exit_code,
        exit_err,
    } = process;
    let mut line = format!("Process:  pid:{pid} state:{}", state(process));
    if *exit_code != 0 {
        line.push_str(&format!(" exitCode:{exit_code}"));
    }
    if !exit_err.is_empty() {
        line.push_str(&format!(" exitErr:{exit_err:?}"));
    }
    line.push('\n');
    line
}

/// As the JSON form of protocol buffers, where 64-bit numbers are texts and zero is left out.
pub(crate) fn json(process: &Process) -> String {
    let Process {
        pid,
        state: _,
        exit_code,
        exit_err,
    } = process;
    let mut map = serde_json::Map::new();
    map.insert("pid".into(), pid.to_string().into());
    map.insert("state".into(), state(process).into());
    if *exit_code != 0 {
        map.insert("exitCode".into(), exit_code.to_string().into());
    }
    if !exit_err.is_empty() {
        map.insert("exitErr".into(), exit_err.clone().into());
    }
    format!("{}\n", serde_json::Value::Object(map))
}

#[cfg(test)]
mod tests {
    use super::{Process, json, text};

    #[test]
    fn forms() {
        let process = Process {
            pid: 7,
            state: 3,
            exit_code: 2,
            exit_err: "exit status 2".into(),
        };
        assert_eq!(
            text(&process),
            "Process:  pid:7 state:PROCESS_STATE_FAILED exitCode:2 exitErr:\"exit status 2\"\n"
        );
        assert_eq!(
            json(&process),
            "{\"pid\":\"7\",\"state\":\"PROCESS_STATE_FAILED\",\"exitCode\":\"2\",\"exitErr\":\"exit status 2\"}\n"
        );
    }
}
