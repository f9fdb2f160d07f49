//! Commands in containers.

use kanister_api::function::{ArgvPattern, ContainerPattern, ExecRule, NamePattern};

use super::super::access::ExecAccess;
use super::{Misses, Rule, common, common_namespaces, in_namespace};

impl Rule for ExecRule {
    type Access = ExecAccess;

    fn misses(&self, access: &ExecAccess) -> Vec<&'static str> {
        let Self {
            namespaces,
            pods,
            containers,
            argv,
        } = self;
        let container = access.container.as_deref();
        Misses::default()
            .unless(
                in_namespace(namespaces, Some(&access.namespace)),
                "namespaces",
            )
            .unless(pods.iter().any(|p| p.matches(&access.pod)), "pods")
            .unless(
                containers.iter().any(|p| p.matches(container)),
                "containers",
            )
            .unless(argv.iter().any(|p| p.matches(&access.argv)), "argv")
            .0
    }

    fn intersect(&self, other: &Self) -> Option<Self> {
        Some(Self {
            namespaces: common_namespaces(&self.namespaces, &other.namespaces)?,
            pods: common(&self.pods, &other.pods, NamePattern::intersect)?,
            containers: common(
                &self.containers,
                &other.containers,
                ContainerPattern::intersect,
            )?,
            argv: common(&self.argv, &other.argv, ArgvPattern::intersect)?,
        })
    }
}
