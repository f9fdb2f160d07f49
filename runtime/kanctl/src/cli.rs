//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use kanister_flags::{Csv, Switch};

/// What `--version` prints behind the name, in the form that scripts read.
const VERSION: &str = concat!("{\"version\":\"", env!("CARGO_PKG_VERSION"), "\"}");

/// A set of helpers to help with creation of ActionSets and Profiles
#[derive(Debug, Parser)]
#[command(name = "kanctl", version = VERSION)]
pub(crate) struct Kanctl {
    /// Override namespace obtained from kubectl context
    #[arg(short = 'n', long, global = true, value_name = "string")]
    pub(crate) namespace: Option<String>,
    /// Display verbose output
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_name = "bool")]
    pub(crate) verbose: Switch,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a custom kanister resource
    Create(Create),
    /// Validate custom Kanister resources
    Validate(Validate),
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    #[command(flatten)]
    pub(crate) how: How,
    #[command(subcommand)]
    pub(crate) command: CreateCommand,
}

/// How resources are created.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct How {
    /// If set, resource YAML will be printed but not created
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_name = "bool")]
    pub(crate) dry_run: Switch,
    /// If set, resource is not validated before creation
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_name = "bool")]
    pub(crate) skip_validation: Switch,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CreateCommand {
    /// Create a new ActionSet or override a <parent> ActionSet
    Actionset(Box<ActionSetArgs>),
    /// Create a new profile
    Profile(ProfileArgs),
}

/// What an ActionSet is made of.
#[derive(Debug, Args)]
pub(crate) struct ActionSetArgs {
    /// Action for the action set (required if creating a new action set)
    #[arg(short = 'a', long, value_name = "string", default_value = "")]
    pub(crate) action: String,
    /// Specify name for the action set
    #[arg(short = 'A', long, value_name = "string", default_value = "")]
    pub(crate) name: String,
    /// Blueprint for the action set (required if creating a new action set)
    #[arg(short = 'b', long, value_name = "string", default_value = "")]
    pub(crate) blueprint: String,
    /// Config maps for the action set, comma separated ref=namespace/name pairs
    #[arg(short = 'c', long, value_name = "strings")]
    pub(crate) config_maps: Vec<Csv>,
    /// Deployments for the action set, comma separated namespace/name pairs
    #[arg(short = 'd', long, value_name = "strings")]
    pub(crate) deployment: Vec<Csv>,
    /// DeploymentConfigs for the action set, comma separated namespace/name pairs
    #[arg(short = 'D', long, value_name = "strings")]
    pub(crate) deploymentconfig: Vec<Csv>,
    /// Name of the parent action set
    #[arg(short = 'f', long, value_name = "string", default_value = "")]
    pub(crate) from: String,
    /// Resource kind to apply selector on
    #[arg(short = 'k', long, value_name = "string", default_value = "all")]
    pub(crate) kind: String,
    /// Labels that should be added to the created action set, comma separated key=value pairs
    #[arg(long, value_name = "string", default_value = "")]
    pub(crate) labels: String,
    /// Namespaces for the action set, comma separated names
    #[arg(short = 'T', long, value_name = "strings")]
    pub(crate) namespacetargets: Vec<Csv>,
    /// Objects for the action set, comma separated group/version/resource/namespace/name
    #[arg(short = 'O', long, value_name = "strings")]
    pub(crate) objects: Vec<Csv>,
    /// Options for the action set, comma separated key=value pairs
    #[arg(short = 'o', long, value_name = "strings")]
    pub(crate) options: Vec<Csv>,
    /// Annotations to be added to pods, key=value pairs (default [])
    #[arg(long, value_name = "stringtostring")]
    pub(crate) podannotations: Vec<String>,
    /// Labels to be added to pods, key=value pairs (default [])
    #[arg(long, value_name = "stringtostring")]
    pub(crate) podlabels: Vec<String>,
    /// Profile for the action set: name or namespace/name
    #[arg(short = 'p', long, value_name = "string", default_value = "")]
    pub(crate) profile: String,
    /// PVCs for the action set, comma separated namespace/name pairs
    #[arg(short = 'v', long, value_name = "strings")]
    pub(crate) pvc: Vec<Csv>,
    /// Secrets for the action set, comma separated ref=namespace/name pairs
    #[arg(short = 's', long, value_name = "strings")]
    pub(crate) secrets: Vec<Csv>,
    /// Kubernetes selector for objects
    #[arg(short = 'l', long, value_name = "string", default_value = "")]
    pub(crate) selector: String,
    /// Namespace to apply selector on; all by default
    #[arg(long, value_name = "string", default_value = "")]
    pub(crate) selector_namespace: String,
    /// StatefulSets for the action set, comma separated namespace/name pairs
    #[arg(short = 't', long, value_name = "strings")]
    pub(crate) statefulset: Vec<Csv>,
    /// No arguments
    #[arg(hide = true, value_name = "none")]
    pub(crate) none: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(subcommand)]
    pub(crate) command: ProfileCommand,
}

/// Where the store is.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// Object store bucket name
    #[arg(
        short = 'b',
        long,
        global = true,
        value_name = "string",
        default_value = ""
    )]
    pub(crate) bucket: String,
    /// Endpoint URL of the object store bucket
    #[arg(
        short = 'e',
        long,
        global = true,
        value_name = "string",
        default_value = ""
    )]
    pub(crate) endpoint: String,
    /// Prefix URL of the object store bucket
    #[arg(
        short = 'p',
        long,
        global = true,
        value_name = "string",
        default_value = ""
    )]
    pub(crate) prefix: String,
    /// Region of the object store bucket
    #[arg(
        short = 'r',
        long,
        global = true,
        value_name = "string",
        default_value = ""
    )]
    pub(crate) region: String,
    /// If set, SSL verification is disabled for the profile
    #[arg(long = "skip-SSL-verification", global = true, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_name = "bool")]
    pub(crate) skip_ssl_verification: Switch,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// Create a new S3 compliant profile
    S3compliant(S3Args),
    /// Create a new gcp profile
    Gcp(GcpArgs),
    /// Create a new azure profile
    Azure(AzureArgs),
}

/// The credentials of S3.
#[derive(Args)]
pub(crate) struct S3Args {
    /// Access key of the s3 compliant bucket
    #[arg(short = 'a', long, value_name = "string", required = true)]
    pub(crate) access_key: String,
    /// Secret key of the s3 compliant bucket
    #[arg(short = 's', long, value_name = "string", required = true)]
    pub(crate) secret_key: String,
    /// Role to assume
    #[arg(short = 'R', long, value_name = "string", default_value = "")]
    pub(crate) role: String,
    /// No arguments
    #[arg(hide = true, value_name = "none")]
    pub(crate) none: Vec<OsString>,
}

/// The credentials of Google Cloud Storage.
#[derive(Args)]
pub(crate) struct GcpArgs {
    /// Project ID of the google application
    #[arg(short = 'a', long, value_name = "string", required = true)]
    pub(crate) project_id: String,
    /// Path to json file containing google application credentials
    #[arg(short = 's', long, value_name = "string", required = true)]
    pub(crate) service_key: PathBuf,
    /// No arguments
    #[arg(hide = true, value_name = "none")]
    pub(crate) none: Vec<OsString>,
}

/// The credentials of Azure.
#[derive(Args)]
pub(crate) struct AzureArgs {
    /// Storage account name of the azure storage
    #[arg(short = 'a', long, value_name = "string", required = true)]
    pub(crate) storage_account: String,
    /// Storage account key of the azure storage
    #[arg(short = 's', long, value_name = "string", required = true)]
    pub(crate) storage_key: String,
    /// The Azure cloud environment
    #[arg(long, value_name = "string", default_value = "")]
    pub(crate) storage_env: String,
    /// No arguments
    #[arg(hide = true, value_name = "none")]
    pub(crate) none: Vec<OsString>,
}

macro_rules! silent {
    ($($name:ident),+) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })+
    };
}
silent!(S3Args, GcpArgs, AzureArgs);

/// What to validate.
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Specify the K8s name of the custom resource to validate
    #[arg(long, value_name = "string", default_value = "")]
    pub(crate) name: String,
    /// yaml or json file of the custom resource to validate, "-" for stdin
    #[arg(short = 'f', long, value_name = "string", default_value = "")]
    pub(crate) filename: String,
    /// Namespace of the custom resource (default "default", or that of -n and of the context)
    #[arg(long, value_name = "string")]
    pub(crate) resource_namespace: Option<String>,
    /// If set, only the schema is validated
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_name = "bool")]
    pub(crate) schema_validation_only: Switch,
    /// Kanister function version to validate
    #[arg(
        short = 'v',
        long = "functionVersion",
        value_name = "string",
        default_value = "v0.0.0"
    )]
    pub(crate) function_version: String,
    /// The kind of the resource: profile or blueprint
    #[arg(value_name = "resource")]
    pub(crate) resource: Vec<OsString>,
}
