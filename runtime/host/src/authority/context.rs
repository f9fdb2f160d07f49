//! What the variables of rules stand for in one call.

use kanister_api::function::{HostPattern, HttpScheme, NamespacePattern, Port, Rules};

/// What the variables of rules stand for in one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The namespace of what the ActionSet acts on; none if that is no namespaced object.
    pub subject_namespace: Option<String>,
    /// The namespace of the controller.
    pub controller_namespace: Option<String>,
    /// The service account that the host gives to helper pods, which needs no rule.
    pub helper_service_account: Option<String>,
}

impl Context {
    /// The rules with every variable replaced. What a variable stands for may be missing: then it
    /// stands for nothing.
    #[must_use]
    pub fn resolve(&self, mut rules: Rules) -> Rules {
        let Rules {
            kubernetes,
            exec,
            workload,
            storage: _,
            http,
            secrets: _,
        } = &mut rules;
        let lists = kubernetes
            .iter_mut()
            .map(|rule| &mut rule.namespaces)
            .chain(exec.iter_mut().map(|rule| &mut rule.namespaces))
            .chain(workload.iter_mut().map(|rule| &mut rule.namespaces));
        for namespaces in lists {
            *namespaces = namespaces
                .drain(..)
                .filter_map(|namespace| self.namespace(namespace))
                .collect();
        }
        *http = http
            .drain(..)
            .flat_map(|rule| {
                // One scheme per rule, so that a default port is one number.
                let schemes = rule.schemes.clone();
                schemes.into_iter().map(move |scheme| {
                    let mut rule = rule.clone();
                    rule.schemes = vec![scheme];
                    for host in &mut rule.hosts {
                        resolve_port(host, scheme);
                    }
                    rule
                })
            })
            .collect();
        rules
    }

    fn namespace(&self, pattern: NamespacePattern) -> Option<NamespacePattern> {
        let exact = |name: &Option<String>| {
            let name = name.as_deref().filter(|name| !name.is_empty())?;
            Some(NamespacePattern::Exact(name.into()))
        };
        match pattern {
            NamespacePattern::Subject => exact(&self.subject_namespace),
            NamespacePattern::Controller => exact(&self.controller_namespace),
            NamespacePattern::Any | NamespacePattern::Cluster | NamespacePattern::Exact(_) => {
                Some(pattern)
            }
        }
    }
}

const fn resolve_port(host: &mut HostPattern, scheme: HttpScheme) {
    if let Port::Default = host.port {
        host.port = Port::One(match scheme {
            HttpScheme::Https => 443,
            HttpScheme::Http => 80,
        });
    }
}
