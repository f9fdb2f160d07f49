//! Percent-encoding as Go's `net/url` does it.

/// Which part of a URL a text stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    User,
    Host,
    Zone,
    Query,
    Fragment,
}

/// True for a byte that stands for itself in that part.
pub(super) fn is_plain(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
        return true;
    }
    match part {
        Part::Host | Part::Zone => b"!$&'()*+,;=:[]<>\"".contains(&byte),
        Part::Path => b"$&+,/:;=@".contains(&byte),
        Part::User => b"$&+,;=".contains(&byte),
        Part::Query => false,
        Part::Fragment => b"$&+,/:;=?@!()*".contains(&byte),
    }
}

/// Encodes a text for a part.
pub(super) fn escape(bytes: &[u8], part: Part) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b' ' if part == Part::Query => out.push('+'),
            byte if is_plain(*byte, part) => out.push(char::from(*byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Decodes a text of a part, or says what is wrong with it.
pub(super) fn unescape(bytes: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if *byte != b'%' {
            if matches!(part, Part::Host | Part::Zone) && byte.is_ascii() && !is_plain(*byte, part)
            {
                return Err(format!(
                    "invalid character {:?} in host name",
                    char::from(*byte).to_string()
                ));
            }
            out.push(*byte);
            continue;
        }
        let bad = || {
            let shown = tail.get(..tail.len().min(2)).unwrap_or_default();
            Err(format!(
                "invalid URL escape \"%{}\"",
                String::from_utf8_lossy(shown)
            ))
        };
        let value = match tail {
            [high, low, ..] => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        let Some(value) = value else { return bad() };
        // Hosts may escape only what is not ASCII, and the percent sign before a zone.
        let refused = match part {
            Part::Host => value < 0x80 && value != b'%',
            Part::Zone => value != b'%' && value != b' ' && !is_plain(value, Part::Host),
            _ => false,
        };
        if refused {
            return bad();
        }
        out.push(value);
        rest = tail.get(2..).unwrap_or_default();
    }
    Ok(out)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}
