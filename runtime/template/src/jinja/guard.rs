//! What a template may be written with.

use crate::error::{ErrorKind, TemplateError};

/// Statements that build nothing that could grow.
const STATEMENTS: [&str; 7] = ["if", "elif", "else", "endif", "for", "endfor", "raw"];
/// The end of `raw`, which is no statement of its own.
const ENDRAW: &str = "endraw";
/// Characters in a template, and operators that join texts: their product bounds what one expression can build.
const LONGEST: usize = 256 << 10;
const JOINS: usize = 256;

/// Refuses statements other than [`STATEMENTS`] and templates that are too long.
pub(super) fn check(source: &str) -> Result<(), TemplateError> {
    let refuse = |kind, at, message: String| Err(TemplateError::parse(kind, source, at, &message));
    if source.len() > LONGEST {
        return refuse(
            ErrorKind::Limit,
            0,
            format!("the template is longer than {LONGEST} bytes"),
        );
    }
    if source
        .bytes()
        .filter(|byte| matches!(byte, b'~' | b'+' | b'*'))
        .count()
        > JOINS
    {
        return refuse(
            ErrorKind::Limit,
            0,
            format!("the template joins texts at more than {JOINS} places"),
        );
    }
    for (at, _) in source.match_indices("{%") {
        let inner = source.get(at + 2..).unwrap_or_default();
        let inner = inner.trim_start_matches(['-', '+']).trim_start();
        let end = inner
            .find(|c: char| !(c == '_' || c.is_alphanumeric()))
            .unwrap_or(inner.len());
        let word = inner.get(..end).unwrap_or_default();
        if !STATEMENTS.contains(&word) && word != ENDRAW {
            let message = format!(
                "the statement {word:?} is not there in the Jinja dialect of Blueprints; it has {}",
                STATEMENTS.join(", ")
            );
            return refuse(ErrorKind::Syntax, at, message);
        }
    }
    Ok(())
}
