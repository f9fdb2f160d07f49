//! A store, or a service that issues credentials, repeats what it was sent: nothing of it is shown.

use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use http::StatusCode;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::rand_core::SeedableRng as _;
use store_tests::profile::{at, secret};
use store_tests::server::{Canned, Echo};

/// Part of every secret here, in any case of its letters.
const CANARY: &str = "canary";

/// What base64 makes of it.
const ENCODED: &str = "Y2FuYXJ5";

/// What is answered, none of which is asked for again.
const STATUSES: [u16; 8] = [301, 400, 401, 403, 404, 405, 409, 412];

/// A Profile and the variables that belong to it.
struct Given {
    about: &'static str,
    profile: String,
    variables: Vec<(&'static str, String)>,
}

impl Given {
    /// Runs every command that takes the Profile, at the level that says most.
    fn check(&self, work: &std::path::Path) -> Result<()> {
        let [file, artifact] = ["profile", "artifact"].map(|name| work.join(name));
        std::fs::write(&file, &self.profile)?;
        std::fs::write(&artifact, "c/k")?;
        let [file, artifact] = [file, artifact].map(|path| path.display().to_string());
        let given = ["--path", "c/k", "--profile", self.profile.as_str()];
        let location = |words: &[&'static str]| {
            words
                .iter()
                .copied()
                .map(str::to_owned)
                .chain(given.map(str::to_owned))
                .collect()
        };
        let commands: [Vec<String>; 5] = [
            location(&["location", "push", "-"]),
            location(&["location", "pull", "-"]),
            location(&["location", "delete"]),
            location(&["chronicle", "pull", "-"]),
            ["chronicle", "push", "-p", &file, "-s", &artifact, "echo 1"]
                .map(str::to_owned)
                .into(),
        ];
        for words in commands {
            let mut command = Command::new(env!("CARGO_BIN_EXE_kando"));
            command.args(["-v", "trace"]).args(&words).env_clear();
            command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
            let variables = self.variables.iter().map(|(name, value)| (name, value));
            command.envs(variables).stdin(Stdio::piped());
            let output = command.output()?;
            let text =
                String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            let about = format!("{}, {:?}", self.about, words.get(..2));
            ensure!(text.contains("Error: "), "{about}: {text}");
            ensure!(
                !text.to_lowercase().contains(CANARY) && !text.contains(ENCODED),
                "{about}: {text}"
            );
        }
        Ok(())
    }
}

/// Every kind of credential of which something is sent, for this store.
fn all(store: &str, work: &std::path::Path) -> Result<Vec<Given>> {
    let s3 = at("s3Compliant", "b", store);
    let azure = at("azure", "b", &format!("{store}/account"));
    let key = ("aws_access_key_id", "AKID");
    let secret_key = ("aws_secret_access_key", "canary-key");
    let account = ("azure_storage_account_id", "account");
    let token = work.join("token");
    std::fs::write(&token, "sv=2021-01-01&sr=c&sig=canary%3D")?;
    let token = token.display().to_string();
    let own = |variable: &'static str| (variable, token.clone());
    let federated = secret(
        &azure,
        "azure",
        &[account, ("azure_federated_identity", "true")],
    );
    let given = |about, profile, variables| Given {
        about,
        profile,
        variables,
    };
    Ok(vec![
        given("keys", secret(&s3, "aws", &[key, secret_key]), vec![]),
        given(
            "a session token",
            secret(
                &s3,
                "aws",
                &[key, secret_key, ("aws_session_token", "canary-session")],
            ),
            vec![],
        ),
        given(
            "a role",
            secret(
                &s3,
                "aws",
                &[key, secret_key, ("role", "arn:aws:iam::1:role/r")],
            ),
            vec![("AWS_ENDPOINT_URL_STS", store.to_owned())],
        ),
        given(
            "a web identity",
            secret(&s3, "aws", &[]),
            vec![
                own("AWS_WEB_IDENTITY_TOKEN_FILE"),
                ("AWS_ROLE_ARN", "arn:aws:iam::1:role/r".into()),
                ("AWS_ENDPOINT_URL_STS", store.to_owned()),
            ],
        ),
        given(
            "an Azure key",
            secret(
                &azure,
                "azure",
                &[account, ("azure_storage_key", "canary+/")],
            ),
            vec![],
        ),
        given(
            "a key of the environment",
            format!(r#"{{"Location":{azure}}}"#),
            vec![
                ("AZURE_STORAGE_ACCOUNT", "account".into()),
                ("AZURE_STORAGE_KEY", "canary+/".into()),
            ],
        ),
        given(
            "a SAS token",
            federated.clone(),
            vec![own("AZURE_SAS_TOKEN_FILE")],
        ),
        given(
            "a federated token",
            federated,
            vec![
                ("AZURE_CLIENT_ID", "client".into()),
                ("AZURE_TENANT_ID", "tenant".into()),
                own("AZURE_FEDERATED_TOKEN_FILE"),
                ("AZURE_AUTHORITY_HOST", store.to_owned()),
            ],
        ),
        google(&at("gcs", "b", store))?,
    ])
}

/// A service account, whose key signs what is sent.
fn google(location: &str) -> Result<Given> {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let key = rsa::RsaPrivateKey::new(&mut random, 2048)?;
    let key = key.to_pkcs8_pem(LineEnding::LF)?;
    let file = format!(
        r#"{{"type":"service_account","private_key":{:?},"private_key_id":"canary","client_email":"a@b"}}"#,
        key.as_str()
    );
    let data = [
        ("gcp_project_id", "p"),
        ("service-account.json", file.as_str()),
    ];
    Ok(Given {
        about: "a service account",
        profile: secret(location, "gcp", &data),
        variables: vec![],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_and_repeated() -> Result<()> {
    let work = tempfile::tempdir()?;
    for status in STATUSES {
        let store = Echo::start(StatusCode::from_u16(status)?).await?;
        let given = all(&format!("http://{}", store.address), work.path())?;
        let folder = work.path().to_owned();
        let checked = tokio::task::spawn_blocking(move || {
            given.iter().try_for_each(|given| given.check(&folder))
        });
        checked.await??;
    }
    Ok(())
}

/// The credentials that a service has issued are as secret as those that it was asked with.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_issued_and_repeated() -> Result<()> {
    const ISSUED: &str =
        r#"{"token_type":"Bearer","expires_in":3600,"access_token":"canary-token"}"#;
    const ROLE: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials>\
        <AccessKeyId>AKID</AccessKeyId><SecretAccessKey>canary-key</SecretAccessKey>\
        <SessionToken>canary-session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
        </Credentials></AssumeRoleResult></AssumeRoleResponse>";
    let work = tempfile::tempdir()?;
    let store = Echo::start(StatusCode::FORBIDDEN).await?;
    let authority = Canned::start(StatusCode::OK, &[], ISSUED).await?;
    let role = Canned::start(StatusCode::OK, &[], ROLE).await?;
    let mut given = all(&format!("http://{}", store.address), work.path())?;
    for variable in given.iter_mut().flat_map(|given| &mut given.variables) {
        match variable.0 {
            "AZURE_AUTHORITY_HOST" => variable.1 = format!("http://{}", authority.address),
            "AWS_ENDPOINT_URL_STS" => variable.1 = format!("http://{}", role.address),
            _ => {}
        }
    }
    let folder = work.path().to_owned();
    let checked = tokio::task::spawn_blocking(move || {
        given.iter().try_for_each(|given| given.check(&folder))
    });
    checked.await??;
    ensure!(
        authority.asked() > 0 && role.asked() > 0,
        "nothing was issued"
    );
    Ok(())
}
