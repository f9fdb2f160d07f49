//! Templates that mean harm: they end with an error, soon and without taking memory, and nothing panics.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests say what they expect by panicking"
)]

mod support;

use kanister_template::{
    Dialect, ErrorKind, Limits, Options, Params, Template, TemplateError, Text, World,
    lint_blueprint, wait_condition, wait_v2_condition,
};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use support::{Rng, StillWorld, random_call};

fn small() -> Limits {
    Limits {
        depth: 100,
        steps: 20_000,
        output: 1 << 20,
        memory: 4 << 20,
        time: Duration::from_secs(5),
    }
}

fn render(template: &str, limits: Limits) -> Result<Text, TemplateError> {
    let params = Params::tagged(&json!({"l": [1, 2, 3], "s": "text", "p": "plain", "i": 3, "m": {"k": "v", "l": [1]},
        "b": {"$bytes": "AAEC"}, "n": 7, "sm": {"$strmap": {"a": "b"}}, "pl": ["b", "a"], "pm": {"x": 1}}))
    .unwrap();
    let options = Options {
        limits,
        ..Options::new(Arc::new(StillWorld))
    };
    Template::parse(template, Dialect::GoArguments)
        .and_then(|template| template.render(&params, &options))
}

#[test]
fn limits_end_what_would_not_end() {
    let doubling = "{{ $x := \"aaaaaaaaaa\" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}";
    let hostile = [
        "{{ define \"t\" }}{{ template \"t\" }}{{ end }}{{ template \"t\" }}",
        "{{ range until 1000000000 }}x{{ end }}",
        "{{ range 1000000000 }}x{{ end }}",
        "{{ repeat 1000000000 \"x\" }}",
        "{{ printf \"%999999d%999999d%999999d%999999d%999999d%999999d\" 1 2 3 4 5 6 }}",
        "{{ untilStep 0 9223372036854775807 1 }}",
        "{{ indent 1000000000 \"x\" }}",
        doubling,
        "{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ $l }}",
        "{{ $l := list 1 }}{{ range until 60 }}{{ $l = concat $l $l }}{{ end }}{{ len $l }}",
        "{{ $l := list }}{{ range until 5000 }}{{ $l = list $l }}{{ end }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ merge $d (dict \"d\" (dict \"d\" 1)) }}{{ deepCopy $d }}",
        "{{ range until 3000 }}{{ range until 3000 }}{{ end }}{{ end }}",
        "{{ randAlphaNum 1000000000 }}",
        "{{ \"aaaaaaaaaaaaaaaaaaaa\" | replace \"a\" (repeat 100000 \"b\") | replace \"b\" (repeat 100000 \"c\") }}",
        "{{ nindent 100000 (repeat 100000 \"\\n\") }}",
        "{{ range until 100000 }}{{ regexMatch \"(a|b)*c{500}\" \"x\" }}{{ end }}",
        "{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ sha256sum (toString $l) }}",
        "{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ deepCopy $l | len }}",
        "{{ $d := dict \"a\" 1 }}{{ range until 60 }}{{ $d = dict \"x\" $d \"y\" $d }}{{ end }}{{ deepCopy $d | len }}",
        "{{ range until 100000 }}{{ $d := dict }}{{ end }}",
        "{{ define \"a\" }}{{ template \"b\" }}{{ template \"b\" }}{{ end }}{{ define \"b\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}",
        "{{ wrapWith 1 (repeat 10000 \"x\") (repeat 10000 \"a \") }}",
        "{{ printf (repeat 200000 \"%9d\") 1 }}",
    ];
    for template in hostile {
        let error = render(template, small()).expect_err(template);
        assert_eq!(error.kind(), ErrorKind::Limit, "{template}: {error}");
    }
}

#[test]
fn values_without_end_are_freed() {
    let chain = "{{ $first := dict }}{{ $d := $first }}{{ range until 5000 }}{{ $n := dict }}\
        {{ $_ := set $d \"n\" $n }}{{ $d = $n }}{{ end }}ok";
    let limits = Limits {
        steps: 1_000_000,
        memory: 64 << 20,
        ..small()
    };
    assert_eq!(render(chain, limits.clone()).unwrap().reveal(), "ok");
    let cycle = "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d.d.d.d | len }}{{ toJson $d }}";
    assert_eq!(render(cycle, limits).unwrap().reveal(), "1");
}

#[test]
fn deep_nesting_is_refused_on_a_small_stack() {
    let deep = [
        "{{ ".to_string() + &"(".repeat(100_000) + "1" + &")".repeat(100_000) + " }}",
        "{{ if 1 }}".repeat(100_000) + &"{{ end }}".repeat(100_000),
        "{{ if 1 }}{{ else if 1 ".repeat(20_000) + "}}",
        "{{ range 1 }}".repeat(190) + &"{{ end }}".repeat(190),
        "{{ ".to_string() + &"(".repeat(190) + "1" + &")".repeat(190) + " }}",
        "{{ define \"t\" }}".to_string()
            + &"{{ with 1 }}".repeat(150)
            + "{{ template \"t\" }}"
            + &"{{ end }}".repeat(150)
            + "{{ end }}{{ template \"t\" }}",
    ];
    let run = move || {
        for template in deep {
            let _ = render(&template, Limits::default());
        }
    };
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}

/// A clock that goes on a millisecond with each look.
struct Ticking(AtomicU64);

impl World for Ticking {
    fn now(&self) -> (i64, u32) {
        (0, 0)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        buffer.fill(1);
    }

    fn env(&self, _: &str) -> Option<String> {
        None
    }

    fn lookup_host(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn time_runs_out() {
    let world = Ticking(AtomicU64::new(0));
    let limits = Limits {
        time: Duration::from_millis(20),
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::new(Arc::new(world))
    };
    let template =
        Template::parse("{{ range until 100000 }}{{ end }}", Dialect::GoArguments).unwrap();
    let error = template.render(&Params::nothing(), &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
}

/// A few calls that each have much to do are timed one by one.
#[test]
fn time_runs_out_in_large_calls_too() {
    let limits = Limits {
        time: Duration::from_millis(20),
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::new(Arc::new(Ticking(AtomicU64::new(0))))
    };
    let text =
        "{{ $s := repeat 200000 \"a\" }}{{ range until 60 }}{{ $x := adler32sum $s }}{{ end }}";
    let template = Template::parse(text, Dialect::GoArguments).unwrap();
    let error = template.render(&Params::nothing(), &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
}

#[test]
fn the_environment_is_off_unless_allowed() {
    for template in [
        "{{ env \"HOME\" }}",
        "{{ expandenv \"$HOME\" }}",
        "{{ getHostByName \"localhost\" }}",
    ] {
        let error = render(template, Limits::default()).unwrap_err();
        assert!(error.to_string().contains("is turned off"), "{error}");
    }
}

#[test]
fn a_rendering_does_not_change_the_parameters() {
    let params = Params::tagged(&json!({"m": {"k": "v"}})).unwrap();
    let options = Options::new(Arc::new(StillWorld));
    let render = |text: &str| {
        let template = Template::parse(text, Dialect::GoArguments).unwrap();
        template
            .render(&params, &options)
            .unwrap()
            .reveal()
            .into_owned()
    };
    assert_eq!(render("{{ $_ := set .m \"k\" \"w\" }}{{ .m.k }}"), "w");
    assert_eq!(render("{{ .m.k }}"), "v");
}

/// Pieces of templates, glued at random.
const PIECES: &[&str] = &[
    "{{", "}}", "{{-", "-}}", " ", ".", "a", "\"", "`", "(", ")", "|", ":=", "=", "$x", "$", "if",
    "end", "else", "range", "with", "define", "\"t\"", "template", "block", "1", "-", "+", "1.5",
    "nil", "true", "/*", "*/", "print", ".s", "'a'", ",", "\\", "\u{e9}", "\n", "break",
    "continue", "0x", "1e9", "index", "_", "..", ".m.k", "1i", "0b2", "\u{0}", "}",
];

/// Iterations of each random test; more with `FUZZ_ITERATIONS`.
fn iterations() -> u64 {
    std::env::var("FUZZ_ITERATIONS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(20_000)
}

#[test]
fn random_text_is_parsed_or_refused() {
    for seed in 0..iterations() {
        let mut rng = Rng::new(seed);
        let count = rng.below(30);
        let text: String = (0..count).map(|_| *rng.pick(PIECES)).collect();
        for dialect in [Dialect::GoArguments, Dialect::GoWait, Dialect::GoWaitV2] {
            if let Err(error) = Template::parse(&text, dialect) {
                assert!(
                    error.line() >= 1 && error.line() <= text.lines().count().max(1) + 1,
                    "{text:?}: {error}"
                );
            }
        }
    }
}

#[test]
fn random_templates_are_rendered_or_refused() {
    let mut rendered = 0;
    for seed in 0..iterations() {
        let mut rng = Rng::new(seed);
        let mut text = String::new();
        for _ in 0..=rng.below(4) {
            let name = rng.pick(support::FUNCTIONS);
            let call = random_call(&mut rng, name, 3);
            text += &match rng.below(6) {
                0 => format!("{{{{ if {call} }}}}x{{{{ else }}}}y{{{{ end }}}}"),
                1 => {
                    format!("{{{{ range $i, $e := {call} }}}}{{{{ $i }}}}{{{{ $e }}}}{{{{ end }}}}")
                }
                2 => format!("{{{{ with {call} }}}}{{{{ . }}}}{{{{ end }}}}"),
                3 => format!("{{{{ {call} | toJson }}}}"),
                _ => format!("{{{{ {call} }}}}"),
            };
        }
        if let Ok(text) = render(&text, small()) {
            assert!(text.as_bytes().len() <= small().output);
            rendered += 1;
        }
    }
    assert!(rendered > iterations() / 20, "{rendered}");
}

/// Pieces of conditions with JSONPaths and of Blueprints, besides those of templates.
const OUTER_PIECES: &[&str] = &[
    "{ $",
    "{$",
    ".s",
    ".l",
    "[0]",
    "[",
    "]",
    "[*]",
    "..",
    "[?(@.a==\"x\")]",
    "(@.",
    ")]",
    "'",
    ":",
    "-1",
    "}",
    "{",
    "{{ eq \"",
    "\" \"x\" }}",
    "actions:\n",
    "  a:\n",
    "    phases:\n",
    "    - name: p\n",
    "      args:\n",
    "        x: ",
    "        - ",
    "|\n",
    ">-\n",
    "\"",
    "\\u00e9",
    "\\",
    "''",
    "{{ .Foo }}",
    "{{ .Phases.p.Output.x }}",
    "\n",
    "\t",
    "&a ",
    "*a",
    "# c\n",
    "---\n",
    "\u{e9}",
];

#[test]
fn random_conditions_and_blueprints_are_read_or_refused() {
    let object = json!({"s": "text", "l": [{"a": "x"}, {"a": 1}], "m": {"a": {"a": "x"}}});
    let options = Options {
        limits: small(),
        ..Options::new(Arc::new(StillWorld))
    };
    let mut answered = 0;
    for seed in 0..iterations() {
        let mut rng = Rng::new(seed);
        let count = rng.below(30);
        let text: String = (0..count)
            .map(|_| match rng.below(4) {
                0 => *rng.pick(PIECES),
                _ => *rng.pick(OUTER_PIECES),
            })
            .collect();
        answered += u64::from(wait_condition(&text, &object, &options).is_ok());
        let _ = wait_v2_condition(&text, &object, &options);
        let yaml =
            format!("actions:\n  a:\n    phases:\n    - name: p\n      args:\n        x: {text}");
        for yaml in [&text, &yaml] {
            for finding in lint_blueprint(yaml) {
                assert!(
                    finding.line <= yaml.lines().count() + 1,
                    "{yaml:?}: {finding:?}"
                );
            }
        }
    }
    assert!(answered > 0 && answered < iterations(), "{answered}");
}
