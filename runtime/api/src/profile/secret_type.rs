//! The types of Kubernetes Secrets that [`crate::CredentialType::Secret`] accepts, and the keys of
//! their data.

/// The type of a Secret with AWS credentials.
pub const AWS: &str = "secrets.kanister.io/aws";
/// AWS: the id of the access key.
pub const AWS_ACCESS_KEY_ID: &str = "aws_access_key_id";
/// AWS: the secret access key.
pub const AWS_SECRET_ACCESS_KEY: &str = "aws_secret_access_key";
/// AWS: the role to assume; optional.
pub const AWS_ROLE: &str = "role";

/// The type of a Secret with Azure credentials.
pub const AZURE: &str = "secrets.kanister.io/azure";
/// Azure: the name of the storage account.
pub const AZURE_STORAGE_ACCOUNT_ID: &str = "azure_storage_account_id";
/// Azure: the key of the storage account; not needed with a federated identity.
pub const AZURE_STORAGE_KEY: &str = "azure_storage_key";
/// Azure: the cloud, for example `AzurePublicCloud`; optional.
pub const AZURE_STORAGE_ENVIRONMENT: &str = "azure_storage_environment";
/// Azure: `true` for the identity of the workload in place of a key; optional.
pub const AZURE_FEDERATED_IDENTITY: &str = "azure_federated_identity";

/// The type of a Secret with Google Cloud credentials.
pub const GCP: &str = "secrets.kanister.io/gcp";
/// Google Cloud: the project.
pub const GCP_PROJECT_ID: &str = "gcp_project_id";
/// Google Cloud: the JSON key file of the service account.
pub const GCP_SERVICE_ACCOUNT_JSON: &str = "service-account.json";

/// The type of a Secret for a file store; its data does not matter.
pub const FILESTORE: &str = "secrets.kanister.io/filestore";
