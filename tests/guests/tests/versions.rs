//! Several versions of one function, side by side.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use kanister_host::host::{Host, HostOptions, PluginError};
use kanister_host::registry::{InstallError, LookupError};
use std::sync::Arc;

/// The kept component with another version of its function, which has the same length.
fn version(version: &str) -> Arc<[u8]> {
    let mut bytes = test_guests::first().unwrap().to_vec();
    let old = b"1.0.0";
    let places: Vec<_> = (0..bytes.len() - old.len())
        .filter(|place| bytes[*place..].starts_with(old))
        .collect();
    assert!(!places.is_empty() && version.len() == old.len());
    for place in places {
        bytes[place..place + old.len()].copy_from_slice(version.as_bytes());
    }
    bytes.into()
}

fn found(host: &Host, preferred: &str) -> String {
    let found = host.registry().find("Hello", preferred).unwrap();
    found.function.descriptor.version.to_string()
}

#[tokio::test]
async fn each_version_is_found_by_its_name() {
    let host = Host::start(&HostOptions::default()).unwrap();
    for each in ["1.0.0", "2.0.0"] {
        host.install(each, version(each)).await.unwrap();
    }
    assert_eq!(found(&host, "v1.0.0"), "1.0.0");
    assert_eq!(found(&host, "2"), "2.0.0");
    // Without a default version the highest one is meant.
    assert_eq!(found(&host, ""), "2.0.0");
    let missing = host.registry().find("Hello", "3.0.0").unwrap_err();
    assert!(
        matches!(missing, LookupError::NoVersion { .. }),
        "{missing}"
    );
    let nearly = host.registry().find("Helo", "").unwrap_err();
    assert!(
        nearly.to_string().contains("did you mean Hello?"),
        "{nearly}"
    );

    // The default version, once it is there, serves whoever names none or an unknown one.
    host.install("0.0.0", version("0.0.0")).await.unwrap();
    assert_eq!(found(&host, ""), "0.0.0");
    let fallback = host.registry().find("Hello", "3.0.0").unwrap();
    assert_eq!(fallback.function.descriptor.version.to_string(), "0.0.0");
    assert_eq!(fallback.instead_of.unwrap().to_string(), "3.0.0");
}

#[tokio::test]
async fn another_component_does_not_take_the_place_of_one() {
    let host = Host::start(&HostOptions::default()).unwrap();
    let first = host.install("first", version("1.0.0")).await.unwrap();
    host.install("again", version("1.0.0")).await.unwrap();
    let other = [&*version("1.0.0"), &[0, 2, 1, b'x']].concat();
    let refused = host.install("other", other.into()).await.unwrap_err();
    assert!(
        matches!(
            &refused,
            PluginError::Install(InstallError::Taken { installed, .. }) if *installed == first.digest()
        ),
        "{refused}"
    );
    assert_eq!(host.registry().functions().len(), 1);
    assert!(host.registry().remove(first.digest()));
    assert!(host.registry().functions().is_empty());
}
