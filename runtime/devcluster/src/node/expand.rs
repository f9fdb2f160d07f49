//! References to variables in commands and in other variables.

/// Replaces `$(NAME)` by the variable of that name; `$$` is a dollar sign, unknown names stay.
pub(super) fn expand(source: &str, variables: &[(String, String)]) -> String {
    let mut result = String::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            result.push('$');
            rest = after;
        } else if let Some((name, tail)) = after
            .strip_prefix('(')
            .and_then(|inner| inner.split_once(')'))
        {
            match variables.iter().find(|(known, _)| known == name) {
                Some((_, value)) => result.push_str(value),
                None => result.push_str(&format!("$({name})")),
            }
            rest = tail;
        } else {
            result.push('$');
            rest = after;
        }
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_expanded_as_in_kubernetes() {
        let known = [("A".to_owned(), "1".to_owned())];
        for (source, wanted) in [
            ("x$(A)y", "x1y"),
            ("$$(A)", "$(A)"),
            ("$(B)", "$(B)"),
            ("$A $", "$A $"),
            ("$(A", "$(A"),
        ] {
            assert_eq!(expand(source, &known), wanted);
        }
    }
}
