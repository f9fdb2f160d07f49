//! `urlParse` and `urlJoin`.

use super::url_escape::{Part, escape, unescape};
use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::text::Str;
use crate::value::{Map, Value};
use std::net::Ipv6Addr;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("urlParse", &[Param::Str], Rule::Exact, |context, args| {
        to_map(context, Args(args).str(0)?)
    }),
    Function::fixed("urlJoin", &[Param::Map], Rule::Whole, |context, args| {
        let url = from_map(Args(args).map(0)?)?;
        context.text(url)
    }),
];

/// A parsed URL; all parts decoded but query and user.
#[derive(Default)]
struct Url {
    scheme: String,
    opaque: Vec<u8>,
    user: Option<String>,
    host: Vec<u8>,
    path: Vec<u8>,
    query: Vec<u8>,
    fragment: Vec<u8>,
}

fn to_map(context: &mut Context, text: &Str) -> Result<Value, Fail> {
    let Url {
        scheme,
        opaque,
        user,
        host,
        path,
        query,
        fragment,
    } = parse(text.bytes())
        .map_err(|problem| Fail::new(format!("unable to parse url: {problem}")))?;
    context.charge(text.len().saturating_mul(4))?;
    let hostname = hostname(&host);
    let parts = [
        ("scheme", scheme.into_bytes()),
        ("host", host),
        ("hostname", hostname),
        ("path", path),
        ("query", query),
        ("opaque", opaque),
        ("fragment", fragment),
        ("userinfo", user.unwrap_or_default().into_bytes()),
    ];
    let value = |part: Vec<u8>| {
        if text.is_secret() {
            Str::secret(part)
        } else {
            Str::new(part)
        }
    };
    context.map(
        parts
            .into_iter()
            .map(|(name, part)| (name.into(), Value::Str(value(part))))
            .collect(),
    )
}

fn cut(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let position = bytes.iter().position(|byte| *byte == at)?;
    Some((bytes.get(..position)?, bytes.get(position + 1..)?))
}

fn parse(text: &[u8]) -> Result<Url, String> {
    let (before, fragment) = cut(text, b'#').unwrap_or((text, b""));
    let in_url = |text: &[u8], problem| format!("parse {}: {problem}", crate::fmt::quote(text));
    let mut url = parse_without_fragment(before).map_err(|problem| in_url(before, problem))?;
    url.fragment = unescape(fragment, Part::Fragment).map_err(|problem| in_url(text, problem))?;
    Ok(url)
}

fn parse_without_fragment(text: &[u8]) -> Result<Url, String> {
    if text.iter().any(|byte| *byte < b' ' || *byte == 0x7f) {
        return Err("net/url: invalid control character in URL".into());
    }
    let mut url = Url::default();
    if text == b"*" {
        url.path = text.to_vec();
        return Ok(url);
    }
    let (scheme, rest) = split_scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    let (mut rest, query) = cut(rest, b'?').unwrap_or((rest, b""));
    url.query = query.to_vec();
    if !rest.starts_with(b"/") {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if rest
            .split(|byte| *byte == b'/')
            .next()
            .is_some_and(|segment| segment.contains(&b':'))
        {
            return Err("first path segment in URL cannot contain colon".into());
        }
    }
    if let Some(after) = rest.strip_prefix(b"//")
        && (!url.scheme.is_empty() || !rest.starts_with(b"///"))
    {
        let end = after
            .iter()
            .position(|byte| *byte == b'/')
            .unwrap_or(after.len());
        let (authority, path) = after.split_at(end);
        let at = authority.iter().rposition(|byte| *byte == b'@');
        let host = authority
            .get(at.map_or(0, |at| at + 1)..)
            .unwrap_or_default();
        url.host = parse_host(&url.scheme, host)?;
        url.user = at
            .map(|at| user(authority.get(..at).unwrap_or_default()))
            .transpose()?;
        rest = path;
    }
    url.path = unescape(rest, Part::Path)?;
    Ok(url)
}

fn split_scheme(text: &[u8]) -> Result<(&str, &[u8]), String> {
    for (i, byte) in text.iter().enumerate() {
        match byte {
            byte if byte.is_ascii_alphabetic() => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if i > 0 => {}
            b':' if i == 0 => return Err("missing protocol scheme".into()),
            b':' => {
                let scheme = text
                    .get(..i)
                    .and_then(|scheme| std::str::from_utf8(scheme).ok());
                return Ok((
                    scheme.unwrap_or_default(),
                    text.get(i + 1..).unwrap_or_default(),
                ));
            }
            _ => break,
        }
    }
    Ok(("", text))
}

/// User and password, encoded again as Go shows them.
fn user(text: &[u8]) -> Result<String, String> {
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !text.iter().all(valid) {
        return Err("net/url: invalid userinfo".into());
    }
    let again = |part: &[u8]| unescape(part, Part::User).map(|part| escape(&part, Part::User));
    match cut(text, b':') {
        None => again(text),
        Some((name, password)) => Ok(format!("{}:{}", again(name)?, again(password)?)),
    }
}

fn valid_port(port: &[u8]) -> Result<(), String> {
    match port {
        [] => Ok(()),
        [b':', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => Ok(()),
        _ => Err(format!(
            "invalid port {} after host",
            crate::fmt::quote(port)
        )),
    }
}

fn parse_host(scheme: &str, host: &[u8]) -> Result<Vec<u8>, String> {
    match host.iter().rposition(|byte| *byte == b'[') {
        Some(0) => return parse_literal(host),
        Some(_) => return Err("invalid IP-literal".into()),
        None => {}
    }
    let first = host.iter().position(|byte| *byte == b':');
    let last = host.iter().rposition(|byte| *byte == b':');
    // Only the web's schemes refuse a second colon.
    let colon = if matches!(scheme, "http" | "https") {
        first
    } else {
        last
    };
    valid_port(colon.and_then(|at| host.get(at..)).unwrap_or_default())?;
    unescape(host, Part::Host)
}

/// An address in brackets, perhaps with a zone.
fn parse_literal(host: &[u8]) -> Result<Vec<u8>, String> {
    let close = host
        .iter()
        .rposition(|byte| *byte == b']')
        .ok_or("missing ']' in host")?;
    let port = host.get(close + 1..).unwrap_or_default();
    valid_port(port)?;
    let name = host.get(1..close).unwrap_or_default();
    let zone = name
        .windows(3)
        .position(|window| window == b"%25")
        .unwrap_or(name.len());
    let (address, zone) = name.split_at(zone);
    let address = unescape(address, Part::Host)?;
    let zone = unescape(zone, Part::Zone)?;
    let valid =
        std::str::from_utf8(&address).is_ok_and(|address| address.parse::<Ipv6Addr>().is_ok());
    if !valid || zone.len() == 1 {
        let whole = [address, zone].concat();
        let shown = crate::fmt::quote(&whole);
        return Err(format!(
            "invalid host: ParseAddr({shown}): unable to parse IP"
        ));
    }
    Ok([b"[", &address[..], &zone[..], b"]", port].concat())
}

/// The host without port and brackets.
fn hostname(host: &[u8]) -> Vec<u8> {
    let mut name = host;
    if let Some(colon) = host.iter().rposition(|byte| *byte == b':') {
        let (before, port) = host.split_at(colon);
        if valid_port(port).is_ok() {
            name = before;
        }
    }
    let inner = name
        .strip_prefix(b"[")
        .and_then(|name| name.strip_suffix(b"]"));
    inner.unwrap_or(name).to_vec()
}

fn from_map(map: &Map) -> Result<String, Fail> {
    let part = |key: &str| match map.get(key.as_bytes()) {
        None => Ok(Vec::new()),
        Some(Value::Str(text)) => Ok(text.bytes().to_vec()),
        Some(Value::Nil) => Err(Fail::new(
            "runtime error: invalid memory address or nil pointer dereference",
        )),
        Some(other) => {
            let kind = other.kind().go_name();
            Err(Fail::new(format!(
                "unable to parse {key} key, must be of type string, but {kind} found"
            )))
        }
    };
    let (scheme, host, path) = (part("scheme")?, part("host")?, part("path")?);
    let (query, opaque, fragment) = (part("query")?, part("opaque")?, part("fragment")?);
    let userinfo = part("userinfo")?;
    let user = if userinfo.is_empty() {
        None
    } else {
        let url = [b"proto://", &userinfo[..], b"@host"].concat();
        let parsed = parse(&url)
            .map_err(|problem| Fail::new(format!("unable to parse userinfo in dict: {problem}")))?;
        parsed.user
    };
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut out = String::new();
    if !scheme.is_empty() {
        out += &(lossy(&scheme) + ":");
    }
    if !opaque.is_empty() {
        out += &lossy(&opaque);
    } else {
        let authority = !scheme.is_empty() || !host.is_empty() || user.is_some();
        if authority && (!host.is_empty() || !path.is_empty() || user.is_some()) {
            out += "//";
        }
        if let Some(user) = user {
            out += &(user + "@");
        }
        out += &escape(&host, Part::Host);
        let path = if path == b"*" {
            "*".into()
        } else {
            escape(&path, Part::Path)
        };
        if !path.is_empty() && !path.starts_with('/') && !host.is_empty() {
            out.push('/');
        }
        if out.is_empty()
            && path
                .split('/')
                .next()
                .is_some_and(|segment| segment.contains(':'))
        {
            out += "./";
        }
        out += &path;
    }
    if !query.is_empty() {
        out += &("?".to_string() + &lossy(&query));
    }
    if !fragment.is_empty() {
        out += &("#".to_string() + &escape(&fragment, Part::Fragment));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        assert!(parse(b"http://[::1]:80/").is_ok());
        assert!(parse(b"http://[::1").is_err());
        assert!(parse(b"http://a:b/").is_err());
        assert_eq!(hostname(b"[::1]:80"), b"::1");
    }
}
