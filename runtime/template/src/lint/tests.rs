use super::*;

fn lint(yaml: &str) -> Vec<(FindingKind, usize, usize)> {
    lint_blueprint(yaml)
        .into_iter()
        .map(|finding| (finding.kind, finding.line, finding.column))
        .collect()
}

const BLUEPRINT: &str = r#"apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata:
  name: example
actions:
  backup:
    outputArtifacts:
      dump:
        keyValue:
          path: "{{ .Phases.dump.Output.path }}"
          late: '{{ .DeferPhase.Output.size }}'
    phases:
    - func: KubeTask
      name: prepare
      objects:
        secret:
          kind: Secret
          name: "{{ .Phases.dump.Output.name }}"
      args:
        namespace: "{{ .StatefulSet.Namespac }}"
        command:
        - bash
        - -c
        - |
          set -e
          echo {{ .Phases.dump.Output.path }}
            {{ unknown .Time }}
    - func: KubeTask
      name: dump
      args:
        image: "{{ .Phases.prepare.Output.image }}"
        podOverride:
          "{{ .Optoins.key }}": 1
        own: "{{ index .Phases \"dump\" \"Output\" \"x\" }}{{ .Phases.dump.Secrets.s.Data.x }}"
        broken: "{{ if }}"
        with: "{{ with .Profile }}{{ .Location.Bucket }}{{ .Nothing }}{{ end }}{{ $.Profile.Location.Buckets }}"
    - func: Wait
      name: wait
      args:
        timeout: "{{ .Options.timeout }}"
        conditions:
          anyOf:
          - condition: '{{ if eq "{ $.status.phase }" "Active" }}true{{ end }}'
          - condition: '{{ nofunction 1 }}'
    deferPhase:
      func: KubeTask
      name: last
      args:
        size: "{{ .Phases.dump.Output.size }}{{ .Phases.nowhere.Output.x }}"
"#;

#[test]
fn findings_and_their_places() {
    use FindingKind::{NotYetSet, Syntax, UnknownField, UnknownFunction};
    let found = lint(BLUEPRINT);
    let wanted = [
        (NotYetSet, 18, 21),
        (UnknownField, 20, 36),
        (UnknownFunction, 27, 16),
        (UnknownField, 33, 15),
        (NotYetSet, 34, 24),
        (Syntax, 35, 24),
        (UnknownField, 36, 101),
        (UnknownFunction, 44, 28),
        (NotYetSet, 49, 49),
    ];
    assert_eq!(found, wanted, "{:#?}", lint_blueprint(BLUEPRINT));
}

#[test]
fn a_good_blueprint_has_no_findings() {
    let good = "actions:\n  a:\n    phases:\n    - name: p\n      func: F\n      args:\n        x: \"{{ .Time }}\"\n";
    assert_eq!(lint(good), []);
    assert_eq!(
        lint("actions: [\n").first().map(|found| found.0),
        Some(FindingKind::Yaml)
    );
}

/// Each finding is at the letter X of its line, whatever the file has before it.
#[test]
fn places_are_right_in_every_style_of_scalar() {
    let args = [
        r#"a: "say \"hi\" \u00e9\x41 {{ .Xyz }}""#,
        r"b: 'it''s ''so'' {{ .Xyz }}'",
        r#"c: "one\ntwo {{ .Xyz }}""#,
        "d: plain {{ .Xyz }}",
        "e: é→ {{ .Xyz }}",
        "f: |2\n            more\n             {{ .Xyz }}",
        "g: >-\n            some\n            folded {{ .Time }}\n\n            and {{ .Xyz }}",
        "h: \"over\n            some \\\n            lines {{ .Xyz }}\"",
        "i: over\n            some\n\n            lines {{ .Xyz }}",
        "j: 'over\n            lines {{ .Xyz }}'",
        "k: [x, {y: \"{{ .Time }}\", z: '{{ .Xyz }}'}]",
        "\"l{{ .Xyz }}\": 1",
        "m: |+ # a comment\n\n\n            # {{ .Xyz }}\n",
    ];
    let mut yaml =
        "actions:\n  a:\n    phases:\n    - name: p\n      func: F\n      args:\n        all:\n"
            .to_string();
    for arg in args {
        yaml += &format!("          {arg}\n");
    }
    let found: Vec<_> = lint(&yaml)
        .into_iter()
        .map(|(_, line, column)| (line, column))
        .collect();
    let mut wanted = Vec::new();
    for (line, text) in yaml.lines().enumerate() {
        if let Some(at) = text.find("Xyz") {
            // The finding is at the dot.
            wanted.push((line + 1, text[..at].chars().count()));
        }
    }
    assert_eq!(found, wanted, "{yaml}");
    assert_eq!(wanted.len(), args.len());
}
