//! What is measured: the arguments of a typical Blueprint, and one template of 100 KB.

use anyhow::Result;
use kanister_template::{
    Artifact, Bytes, Credential, Dialect, KeyPair, Location, Options, Params, Phase, Profile,
    Secret, Template, TemplateParams, Workload,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use template_conformance::TestWorld;

/// Templates and the data for all of them.
pub(crate) struct Set {
    pub(crate) templates: Vec<String>,
    params: Params,
    options: Options,
}

impl Set {
    fn new(templates: Vec<String>) -> Set {
        Set {
            templates,
            params: Params::new(&params()),
            options: Options::new(Arc::new(TestWorld::new(Default::default()))),
        }
    }

    pub(crate) fn parse(&self) -> Result<Vec<Template>> {
        Ok(self
            .templates
            .iter()
            .map(|text| Template::parse(text, Dialect::GoArguments))
            .collect::<Result<_, _>>()?)
    }

    /// Everything the templates give, one after the other.
    pub(crate) fn render(&self, templates: &[Template]) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        for template in templates {
            all.extend_from_slice(template.render(&self.params, &self.options)?.as_bytes());
        }
        Ok(all)
    }
}

/// The sets by name.
pub(crate) fn sets() -> BTreeMap<&'static str, Set> {
    BTreeMap::from([
        ("Blueprint arguments", Set::new(blueprint())),
        ("one template, 100 KB", Set::new(vec![large()])),
    ])
}

fn blueprint() -> Vec<String> {
    let script = r#"set -o errexit
{{- if .Profile.Credential.KeyPair }}
export AWS_ACCESS_KEY_ID="{{ .Profile.Credential.KeyPair.ID }}"
export AWS_SECRET_ACCESS_KEY="{{ .Profile.Credential.KeyPair.Secret }}"
{{- end }}
{{- if .Profile.SkipSSLVerify }}
export NO_VERIFY=1
{{- end }}
root_password="{{ index .Secrets.mysql.Data "mysql-root-password" | toString }}"
for pod in {{ range .StatefulSet.Pods }}{{ . }} {{ end }}; do
  echo "backing up ${pod} in {{ .StatefulSet.Namespace }}"
done
mysqldump --user=root --password="${root_password}" --all-databases \
  | gzip -{{ index .Options "level" | default "9" }} \
  | kando location push --profile '{{ toJson .Profile }}' --path '{{ .ArtifactsIn.dump.KeyValue.path }}' -
kando output size {{ .Phases.dump.Output.size }}
"#;
    [
        "{{ .StatefulSet.Namespace }}",
        "{{ index .StatefulSet.Pods 0 }}",
        "ghcr.io/kanisterio/mysql-sidecar:0.110.0",
        "bash",
        "-c",
        script,
        "{{ .StatefulSet.Name }}-{{ .Time }}",
        "{{ .Profile.Location.Bucket }}/{{ .Profile.Location.Prefix | replace \"/\" \"-\" }}",
        "{{ if eq .Object.spec.replicas 3 }}{{ .StatefulSet.Name | upper }}{{ else }}none{{ end }}",
        "{{ .ArtifactsIn.dump.KeyValue.path | quote }}",
    ]
    .map(String::from)
    .to_vec()
}

fn large() -> String {
    let block = "# a comment in a script that goes on for a while, as they do in real Blueprints\n\
        {{- range $i, $pod := .StatefulSet.Pods }}\n\
        echo \"{{ $i }} {{ $pod }} {{ $.StatefulSet.Namespace }} {{ $.Profile.Location.Bucket }}\"\n\
        {{- if eq $pod \"mysql-1\" }}\nprintf '%s' {{ printf \"%s-%d\" $pod $i }}{{ end }}\n\
        {{- end }}\n\
        {{ .ArtifactsIn.dump.KeyValue.path }} {{ index .Options \"level\" }} {{ len .StatefulSet.Pods }}\n";
    let mut text = String::new();
    while text.len() < 100 * 1024 {
        text.push_str(block);
    }
    text
}

fn params() -> TemplateParams {
    let text = |text: &str| text.to_string();
    let map = |entries: &[(&str, &str)]| {
        entries
            .iter()
            .map(|(key, value)| (text(key), text(value)))
            .collect()
    };
    let secret = Secret {
        data: Some(BTreeMap::from([(
            text("mysql-root-password"),
            Bytes(b"hunter2hunter2".to_vec()),
        )])),
        ..Secret::default()
    };
    let output = json!({"size": "1234567", "path": "x/y"});
    let object = json!({"spec": {"replicas": 3}});
    TemplateParams {
        stateful_set: Some(Workload {
            name: text("mysql"),
            namespace: text("app"),
            pods: Some(["mysql-0", "mysql-1", "mysql-2"].map(String::from).to_vec()),
            ..Workload::default()
        }),
        profile: Some(Profile {
            location: Location {
                kind: text("s3Compliant"),
                bucket: text("backups"),
                endpoint: text("https://minio.example:9000"),
                prefix: text("kanister/"),
                region: text("eu-west-1"),
            },
            credential: Credential {
                kind: text("keyPair"),
                key_pair: Some(KeyPair {
                    id: text("AKIA0123456789"),
                    secret: text("s3cr3t/+=<>"),
                }),
                ..Credential::default()
            },
            skip_ssl_verify: false,
        }),
        secrets: Some(BTreeMap::from([(text("mysql"), secret)])),
        artifacts_in: Some(BTreeMap::from([(
            text("dump"),
            Artifact {
                key_value: Some(map(&[("path", "mysql-backups/app/mysql/dump.sql.gz")])),
                ..Artifact::default()
            },
        )])),
        phases: Some(BTreeMap::from([(
            text("dump"),
            Some(Phase {
                output: output.as_object().cloned(),
                ..Phase::default()
            }),
        )])),
        options: Some(map(&[("compress", "true"), ("level", "6")])),
        object: object.as_object().cloned(),
        time: text("2026-03-04T05:06:07.089012345Z"),
        ..TemplateParams::default()
    }
}
