//! Pods.

use kanister_api::function::{ImagePattern, NamePattern, WorkloadRule};

use super::super::access::WorkloadAccess;
use super::{Misses, Rule, all_named, common, common_namespaces, common_or_empty, in_namespace};

impl Rule for WorkloadRule {
    type Access = WorkloadAccess;

    fn misses(&self, access: &WorkloadAccess) -> Vec<&'static str> {
        let Self {
            namespaces,
            images,
            service_accounts,
            claims,
            secrets,
            override_keys,
            features,
        } = self;
        let image = |image| images.iter().any(|pattern| pattern.matches(image));
        Misses::default()
            .unless(
                in_namespace(namespaces, Some(&access.namespace)),
                "namespaces",
            )
            // A pod without an image is none; a rule without images allows nothing.
            .unless(
                !images.is_empty() && access.images.iter().all(image),
                "images",
            )
            .unless(
                all_named(service_accounts, access.service_account.iter()),
                "serviceAccounts",
            )
            .unless(all_named(claims, access.claims.iter()), "claims")
            .unless(all_named(secrets, access.secrets.iter()), "secrets")
            .unless(
                all_named(override_keys, access.override_keys.iter()),
                "overrideKeys",
            )
            .unless(all_named(features, access.features.iter()), "features")
            .0
    }

    fn intersect(&self, other: &Self) -> Option<Self> {
        let names =
            |a: &[NamePattern], b: &[NamePattern]| common_or_empty(a, b, NamePattern::intersect);
        Some(Self {
            namespaces: common_namespaces(&self.namespaces, &other.namespaces)?,
            images: common(&self.images, &other.images, ImagePattern::intersect)?,
            service_accounts: names(&self.service_accounts, &other.service_accounts),
            claims: names(&self.claims, &other.claims),
            secrets: names(&self.secrets, &other.secrets),
            override_keys: names(&self.override_keys, &other.override_keys),
            features: names(&self.features, &other.features),
        })
    }
}
