//! `kanctl create profile`.

mod secret;
pub(crate) mod store;

use k8s_openapi::api::core::v1::Secret;
use kanister_api::{Location, ObjectMeta, Profile};
use kube::api::DeleteParams;

use crate::cli::{How, PlaceArgs, ProfileArgs};
use crate::cluster::Cluster;
use crate::error::{self, Error};
use crate::{print, random};
use secret::Keys;

/// Creates a Profile and its Secret, or prints them.
pub(crate) async fn create(
    args: ProfileArgs,
    how: How,
    namespace: Option<String>,
) -> Result<(), Error> {
    let How {
        dry_run,
        skip_validation,
    } = how;
    let keys = Keys::from_args(args.command)?;
    let cluster = Cluster::from_kubeconfig().await?;
    let namespace = namespace.unwrap_or_else(|| cluster.namespace().to_owned());
    let name = format!("{}-secret-{}", keys.prefix(), random::suffix(6)?);
    let secret = keys.secret(&namespace, &name);
    let profile = profile(&keys, args.place, &namespace, &name);
    store::check_schema(&profile)?;
    if dry_run.0 {
        let text = format!("{}---\n{}", print::yaml(&secret)?, print::yaml(&profile)?);
        return print::with_secrets(&text);
    }
    cluster.create("secret", &namespace, &secret).await?;
    print::out(&format!("secret '{name}' created\n"))?;
    let checked = match skip_validation.0 {
        true => Ok(()),
        false => store::check_access(&profile, &keys.opened(&profile), &mut |_| Ok(())).await,
    };
    let made = match checked {
        Ok(()) => cluster.create("profile", &namespace, &profile).await,
        Err(e) => Err(Error::NewProfile(Box::new(e))),
    };
    match made {
        Ok(made) => {
            let made = made.metadata.name.unwrap_or_default();
            print::out(&format!("profile '{made}' created\n"))
        }
        Err(e) => {
            print::note(&format!("validation failed, deleting secret '{name}'"));
            remove(&cluster, &namespace, &name).await;
            Err(e)
        }
    }
}

async fn remove(cluster: &Cluster, namespace: &str, name: &str) {
    let deleted = match cluster.api::<Secret>(namespace) {
        Ok(api) => api
            .delete(name, &DeleteParams::default())
            .await
            .map(drop)
            .map_err(|e| error::chain(&e)),
        Err(e) => Err(error::chain(&e)),
    };
    match deleted {
        Ok(()) => print::note(&format!("secret '{name}' deleted")),
        Err(e) => print::note(&format!(
            "secret '{name}' was not deleted, delete it yourself: {e}"
        )),
    }
}

fn profile(keys: &Keys, place: PlaceArgs, namespace: &str, secret: &str) -> Profile {
    let PlaceArgs {
        bucket,
        endpoint,
        prefix,
        region,
        skip_ssl_verification,
    } = place;
    Profile {
        metadata: ObjectMeta {
            generate_name: Some(format!("{}-profile-", keys.prefix())),
            namespace: Some(namespace.into()),
            ..ObjectMeta::default()
        },
        location: Location {
            location_type: keys.location_type(),
            bucket,
            endpoint,
            prefix,
            region,
            ..Location::default()
        },
        credential: keys.credential(namespace, secret),
        skip_ssl_verify: skip_ssl_verification.0,
        ..Profile::default()
    }
}
