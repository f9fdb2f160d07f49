//! Templates by themselves: what the template engine finds.

use crate::finding::Finding;
use crate::reporter::Reporter;
use crate::rule::{Level, Rule};
use kanister_api::document::Position;
use kanister_template::{FindingKind, lint_blueprint};

const SYNTAX: Rule = Rule {
    id: "template-syntax",
    level: Level::Error,
    reason: "A template that does not parse fails its phase.",
    remedy: "Look at the marked place: brackets, quotes, `end`, the pipe between functions.",
};
const FUNCTION: Rule = Rule {
    id: "template-function",
    level: Level::Error,
    reason: "Templates can call Go's builtins and the functions of sprig, and nothing else.",
    remedy: "Correct the name of the function.",
};
const VARIABLE: Rule = Rule {
    id: "template-variable",
    level: Level::Error,
    reason: "A variable must be declared in the same template before it is used.",
    remedy: "Declare it with `{{ $name := … }}`, or correct its name.",
};
const FIELD: Rule = Rule {
    id: "template-field",
    level: Level::Error,
    reason: "The parameters have no such field, so the rendering fails.",
    remedy: "Correct the name; upper and lower case count.",
};
const NOT_YET: Rule = Rule {
    id: "not-yet-set",
    level: Level::Error,
    reason: "Phases run in order: what a later one gives is not there in an earlier one.",
    remedy: "Use it in a later phase, or reorder the phases.",
};

pub(crate) const RULES: &[&Rule] = &[&SYNTAX, &FUNCTION, &VARIABLE, &FIELD, &NOT_YET];

/// Checks the templates of the reporter's document. The template engine reads whole files: what it finds in other
/// documents of the file is theirs to report.
pub(crate) fn check(reporter: &mut Reporter<'_>) {
    let Some(own) = reporter.document.position() else {
        return;
    };
    for found in lint_blueprint(&reporter.source.text) {
        let rule = match found.kind {
            FindingKind::Syntax => &SYNTAX,
            FindingKind::UnknownFunction => &FUNCTION,
            FindingKind::UnknownVariable => &VARIABLE,
            FindingKind::UnknownField => &FIELD,
            FindingKind::NotYetSet => &NOT_YET,
            // Said by the reader of the file.
            _ => continue,
        };
        let at = Position {
            line: found.line,
            column: found.column,
        };
        let within =
            own.line <= at.line && !another_between(&reporter.source.text, own.line, at.line);
        if within {
            let message =
                found
                    .message
                    .split_once(": ")
                    .map_or(found.message.as_str(), |(head, rest)| {
                        // Go's prefix names a template that the reader never named.
                        if head == "template" {
                            rest
                        } else {
                            &found.message
                        }
                    });
            let message = message.strip_prefix("config:").map_or(message, |rest| {
                rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':')
                    .trim_start()
            });
            reporter.findings.push(Finding {
                rule,
                file: reporter.source.name.clone(),
                place: Some(reporter.source.word(at)),
                path: found.path,
                message: message.to_owned(),
            });
        }
    }
}

/// Whether a new document begins between two lines.
fn another_between(text: &str, from: usize, to: usize) -> bool {
    let lines = text.lines().skip(from).take(to.saturating_sub(from));
    lines.into_iter().any(|line| line.starts_with("---"))
}
