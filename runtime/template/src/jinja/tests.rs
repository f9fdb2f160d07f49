use crate::testing::StillWorld;
use crate::{Dialect, ErrorKind, Limits, Options, Params, Template, TemplateError, Text};
use serde_json::json;
use std::ops::Range;
use std::sync::Arc;

fn render(template: &str) -> Result<Text, TemplateError> {
    let params = Params::tagged(&json!({
        "Options": {"$strmap": {"name": "x", "n": "3"}},
        "Object": {"spec": {"replicas": 3, "list": ["a", "b"]}},
        "Secret": {"$secret": "hunter2"},
        "Data": {"$secret": {"$bytes": "aHVudGVyMg=="}},
    }))
    .unwrap();
    let options = Options {
        limits: Limits {
            steps: 50_000,
            ..Limits::default()
        },
        ..Options::new(Arc::new(StillWorld))
    };
    Template::parse(template, Dialect::Jinja)?.render(&params, &options)
}

fn text(template: &str) -> String {
    render(template).unwrap().reveal().into_owned()
}

#[test]
fn the_library_is_there_as_functions_and_filters() {
    assert_eq!(text("{{ Options.name | upper }}-{{ upper('y') }}"), "X-Y");
    assert_eq!(
        text("{{ Object | toJson }}"),
        r#"{"spec":{"list":["a","b"],"replicas":3}}"#
    );
    assert_eq!(
        text("{{ '' | default('d') }}{{ Object.spec.list | append('c') | join('-') }}"),
        "da-b-c"
    );
    assert_eq!(
        text("{% for x in Object.spec.list %}{{ loop.index }}{{ x }},{% endfor %}"),
        "1a,2b,"
    );
    assert_eq!(
        text("{% if Object.spec.replicas > 2 and Options.n is defined %}yes{% endif %}\n"),
        "yes\n"
    );
    assert_eq!(
        text(
            "{{ 'a' | sha256sum | trunc }}"
                .replace("| trunc", "")
                .as_str()
        )
        .len(),
        64
    );
    assert_eq!(
        render("{{ Options.none }}").unwrap_err().kind(),
        ErrorKind::MissingKey
    );
    assert_eq!(
        render("{{ nofunction(1) }}").unwrap_err().kind(),
        ErrorKind::UndefinedFunction
    );
    assert_eq!(
        render("{{ fail('x') }}").unwrap_err().kind(),
        ErrorKind::Call
    );
    assert_eq!(render("{{ Options.").unwrap_err().kind(), ErrorKind::Syntax);
}

/// The one secret range.
fn only(ranges: &[Range<usize>]) -> Range<usize> {
    assert_eq!(ranges.len(), 1, "{ranges:?}");
    ranges[0].clone()
}

#[test]
fn secrets_stay_marked() {
    assert_eq!(only(render("user={{ Secret }};").unwrap().secrets()), 5..12);
    assert_eq!(
        only(render("{{ 'a' ~ Secret ~ 'b' }}").unwrap().secrets()),
        1..8
    );
    assert_eq!(
        only(render("{{ Data | b64enc }}").unwrap().secrets()),
        0..12
    );
    assert_eq!(
        only(render("{{ [Secret, 'x'] | join('-') }}").unwrap().secrets()),
        0..7
    );
    assert_eq!(
        only(render("{{ {'k': Secret} | toJson }}").unwrap().secrets()),
        6..13
    );
    assert!(render("{{ ('abc' ~ Secret)[5:] }}").unwrap().is_secret());
    assert!(!render("{{ Secret | len }}").unwrap().is_secret());
    assert_eq!(text("{{ Data }}"), "hunter2");
}

#[test]
fn hostile_templates_end() {
    for template in [
        "{% for a in until(1000) %}{% for b in until(1000) %}x{% endfor %}{% endfor %}",
        "{{ repeat(1000000000, 'x') }}",
        "{% for a in until(10000000) %}{% endfor %}",
    ] {
        assert_eq!(
            render(template).unwrap_err().kind(),
            ErrorKind::Limit,
            "{template}"
        );
    }
    for template in [
        "{% set x = 1 %}",
        "{% macro m() %}{% endmacro %}",
        "{% block b %}{% endblock %}",
        "{%- include 'x' %}",
    ] {
        assert_eq!(
            render(template).unwrap_err().kind(),
            ErrorKind::Syntax,
            "{template}"
        );
    }
    let joins = "{{ ".to_string() + &"Secret ~ ".repeat(1000) + "'x' }}";
    assert_eq!(render(&joins).unwrap_err().kind(), ErrorKind::Limit);
}
