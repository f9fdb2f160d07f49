//! No function drops the mark of a secret.
//!
//! The measure is non-interference: a template is rendered twice, with two different secrets of the same length and
//! kind of characters. Whatever differs between the two outputs came from the secret, so it must lie in marked ranges.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests say what they expect by panicking"
)]

mod support;

use kanister_template::{Dialect, Options, Params, Template, Text};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use support::{Rng, StillWorld, random_call};

fn data(secret: &str) -> Params {
    Params::tagged(&json!({
        "s": {"$secret": secret},
        "b": {"$secret": {"$bytes": base64(secret)}},
        "n": {"$secret": 1_234_567 + secret.bytes().map(i64::from).sum::<i64>()},
        "m": {"$secret": {"k": secret, "l": [secret, "x"]}},
        "sm": {"$secret": {"$strmap": {"k1": secret, "k2": "plain"}}},
        "l": [{"$secret": secret}, "plain"],
        "p": "plain text", "i": 3, "pl": ["b", "a"], "pm": {"x": 1, "y": "z"},
    }))
    .unwrap()
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .chain([0; 3].iter())
            .take(3)
            .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        for i in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * i)) as usize & 63] as char;
            out.push(if i <= chunk.len() { digit } else { '=' });
        }
    }
    out
}

fn render(template: &str, secret: &str) -> Option<Text> {
    let options = Options::new(Arc::new(StillWorld));
    Template::parse(template, Dialect::GoArguments)
        .ok()?
        .render(&data(secret), &options)
        .ok()
}

/// The output with every marked range replaced.
fn open(text: &Text) -> String {
    text.redact(|_| "\u{2026}".into())
}

/// True if the template met a secret.
fn check(template: &str, secrets: (&str, &str)) -> bool {
    let outputs = (render(template, secrets.0), render(template, secrets.1));
    let (Some(one), Some(two)) = outputs else {
        return false;
    };
    assert_eq!(open(&one), open(&two), "{template} shows its secret");
    one.is_secret()
}

/// Two secrets alike but for their letters, which no pattern and no order of the generator tells apart: how long the parts of a
/// secret are is no secret (see the crate).
const SECRETS: (&str, &str) = ("bdfghjlm,cdfg.hjlmb", "blmhgfdj,gfdc.bmljh");

#[test]
fn every_function_keeps_the_mark() {
    let mut rng = Rng::new(1);
    let (mut rendered, mut marked) = (0, 0);
    for name in support::FUNCTIONS {
        for _ in 0..60 {
            let call = random_call(&mut rng, name, 1);
            for template in [
                format!("{{{{ {call} }}}}"),
                format!("{{{{ toJson ({call}) }}}}"),
                format!("{{{{ printf \"%v\" ({call}) }}}}"),
            ] {
                let secret = check(&template, SECRETS);
                rendered += 1;
                marked += usize::from(secret);
            }
        }
    }
    assert!(rendered > 20_000, "{rendered}");
    assert!(
        marked > 1_000,
        "too few of {rendered} templates met a secret: {marked}"
    );
}

/// The functions that the tests with random calls leave out, and why.
const APART: &[(&str, &str)] = &[
    (
        "now hello uuidv4 randAlpha randAlphaNum randAscii randNumeric",
        "take no text",
    ),
    ("env expandenv getHostByName", "are off"),
    ("fail derivePassword", "always fail"),
    ("genPrivateKey", "takes the name of a kind"),
    (
        "genCA genSelfSignedCert genSignedCert buildCustomCert",
        "are too slow for random calls",
    ),
];

#[test]
fn no_function_is_left_out() {
    let signatures = include_str!("../../../tests/templates/data/functions.txt");
    let apart: Vec<&str> = APART
        .iter()
        .flat_map(|(names, _)| names.split(' '))
        .collect();
    for name in signatures
        .lines()
        .filter_map(|line| line.split('\t').next())
    {
        let called = support::FUNCTIONS.iter().any(|(known, _)| *known == name);
        assert!(called != apart.contains(&name), "{name}");
    }
}

#[test]
fn certificates_keep_the_mark() {
    for call in [
        "(genCA .s 1).Cert",
        "(genSelfSignedCert .s (list) (list) 1).Cert",
        "(genSelfSignedCert \"a\" (list) (list .s) 1).Key",
        "genSelfSignedCert .s nil nil 1",
    ] {
        let text = render(&format!("{{{{ {call} }}}}"), SECRETS.0).unwrap();
        let marked: usize = text.secrets().iter().map(std::ops::Range::len).sum();
        // What is not marked are the brackets of a printed struct.
        assert!(marked + 3 >= text.as_bytes().len(), "{call}");
    }
}

/// The words of the text outside marked ranges. How many parts there are, and what a comparison says, is not marked.
fn open_words(text: &Text) -> BTreeSet<String> {
    let open = open(text);
    let words = open.split(|c: char| !c.is_ascii_alphabetic());
    let told = |word: &str| word.is_empty() || word == "true" || word == "false";
    words.filter(|word| !told(word)).map(String::from).collect()
}

/// Functions inside functions: once a secret is encoded, patterns do tell one from the other, so only words count.
#[test]
fn nested_calls_keep_the_mark() {
    let mut marked = 0;
    for seed in 0..10_000 {
        let mut rng = Rng::new(seed);
        let name = rng.pick(support::FUNCTIONS);
        let call = random_call(&mut rng, name, 3);
        let template = format!("- {{{{ {call} }}}} - {{{{ $x := {call} }}}}{{{{ $x }}}}");
        let outputs = (render(&template, SECRETS.0), render(&template, SECRETS.1));
        let (Some(one), Some(two)) = outputs else {
            continue;
        };
        marked += usize::from(one.is_secret());
        assert_eq!(open_words(&one), open_words(&two), "{template}");
    }
    assert!(marked > 500, "too few templates met a secret: {marked}");
}

#[test]
fn marks_are_exact_where_bytes_are_copied() {
    let exact = [
        ("user={{ .s }};", 5..24),
        ("{{ .b | toString }}", 0..19),
        ("{{ printf \"%s:%d\" .s 3 }}", 0..19),
        ("{{ list \"a\" .s | join \"-\" }}", 2..21),
        ("{{ .s | indent 2 }}", 2..21),
        ("{{ trunc 4 .s }}", 0..4),
        ("{{ cat \"x\" .s }}", 2..21),
        ("{{ range .l }}{{ . }},{{ end }}", 0..19),
        ("{{ dict \"k\" .s | toJson }}", 6..25),
        ("{{ default \"d\" .s }}", 0..19),
        ("{{ .p }}{{ .s }}", 10..29),
    ];
    for (template, range) in exact {
        assert_eq!(
            render(template, SECRETS.0).unwrap().secrets(),
            std::slice::from_ref(&range),
            "{template}"
        );
    }
    for template in [
        "{{ len .s }}",
        "{{ eq .s .p }}",
        "{{ typeOf .s }}",
        "{{ .p }}",
        "{{ hasKey .m \"k\" }}",
    ] {
        assert!(
            !render(template, SECRETS.0).unwrap().is_secret(),
            "{template}"
        );
    }
    for template in [
        "{{ sha256sum .s }}",
        "{{ .s | b64enc }}",
        "{{ upper .s }}",
        "{{ .n | add 1 }}",
        "{{ index .s 0 }}",
    ] {
        let text = render(template, SECRETS.0).unwrap();
        assert_eq!(
            text.secrets(),
            std::slice::from_ref(&(0..text.as_bytes().len())),
            "{template}"
        );
    }
}

#[test]
fn errors_show_no_secret() {
    for template in [
        "{{ fail .s }}",
        "{{ regexFind .s \"x\" }}{{ fail .s }}",
        "{{ semver .s }}",
        "{{ urlParse (printf \"%%zz%s\" .s) }}",
    ] {
        let options = Options::new(Arc::new(StillWorld));
        let error = Template::parse(template, Dialect::GoArguments)
            .unwrap()
            .render(&data(SECRETS.0), &options);
        let message = error.unwrap_err().to_string();
        assert!(!message.contains("bdfg"), "{message}");
    }
}
