//! The segments of a request's path.

/// Why a path was not read.
pub(super) type PathError = &'static str;

/// The segments of a path, each decoded once. Refuses every path that two readers could split or
/// decode differently: empty segments, a slash at the end, `.` and `..`, encoded separators, double
/// encoding, backslashes, parameters behind a semicolon, control characters and what is no UTF-8.
pub(super) fn segments(path: &str) -> Result<Vec<String>, PathError> {
    let Some(path) = path.strip_prefix('/') else {
        return Err("the path does not begin with a slash");
    };
    path.split('/').map(segment).collect()
}

fn segment(raw: &str) -> Result<String, PathError> {
    let text = decode(raw, false).ok_or("the path is not well encoded")?;
    if text.is_empty() {
        return Err("the path has an empty segment");
    }
    if matches!(text.as_str(), "." | "..") {
        return Err("the path has a segment . or ..");
    }
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:@~".contains(&byte);
    if !text.bytes().all(valid) {
        return Err("the path has a character that no name of Kubernetes has");
    }
    Ok(text)
}

/// Decodes percent-encoding once, and `+` as a space where that is meant. None for what is not well
/// encoded or no UTF-8.
pub(super) fn decode(raw: &str, plus: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            b'+' if plus => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}
