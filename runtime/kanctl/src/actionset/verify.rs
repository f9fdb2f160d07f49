//! Whether everything that an ActionSet names is there.

use std::collections::BTreeSet;

use kanister_api::{ActionSpec, Blueprint, GROUP, ObjectReference, VERSION};

use super::build::Given;
use super::objects;
use crate::cluster::{Cluster, Resource};
use crate::error::{self, Error};
use crate::print;

/// Something that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Thing {
    what: String,
    resource: Resource,
    namespace: String,
    name: String,
}

/// What the command line names, and so must be there. What a parent has was there when it ran.
pub(crate) struct Wanted {
    blueprint: String,
    things: Vec<Thing>,
}

impl Wanted {
    pub(crate) fn given(given: &Given, objects: &[ObjectReference]) -> Self {
        let mut things = Vec::new();
        let mut add = |what: &str, resource: Resource, namespace: &str, name: &str| {
            let thing = Thing {
                what: what.into(),
                resource,
                namespace: namespace.into(),
                name: name.into(),
            };
            if !things.contains(&thing) {
                things.push(thing);
            }
        };
        if let Some(profile) = &given.profile {
            let resource = Resource::new(GROUP, VERSION, "profiles");
            add("profile", resource, &profile.namespace, &profile.name);
        }
        for object in objects {
            let Some(resource) = objects::resource_of(object) else {
                continue;
            };
            match object.kind.as_str() {
                "namespace" => add("namespace", resource, "", &object.name),
                "" => add(&object.resource, resource, &object.namespace, &object.name),
                kind => add(kind, resource, &object.namespace, &object.name),
            }
        }
        for config_map in given.config_maps.values() {
            let resource = Resource::new("", "v1", "configmaps");
            add(
                "configmap",
                resource,
                &config_map.namespace,
                &config_map.name,
            );
        }
        for secret in given.secrets.values() {
            let resource = Resource::new("", "v1", "secrets");
            add("secret", resource, &secret.namespace, &secret.name);
        }
        Self {
            blueprint: given.blueprint.clone(),
            things,
        }
    }

    /// Looks for everything, and names all that is missing: the actions in a Blueprint that was
    /// named, too.
    ///
    /// # Errors
    /// Something is missing.
    pub(crate) async fn verify(
        &self,
        cluster: &Cluster,
        home: &str,
        actions: &[ActionSpec],
    ) -> Result<(), Error> {
        let mut complete = match self.blueprint.as_str() {
            "" => true,
            name => has_actions(cluster, home, name, actions).await,
        };
        for thing in &self.things {
            let Thing {
                what,
                resource,
                namespace,
                name,
            } = thing;
            if let Err(e) = cluster.exists(resource, namespace, name).await {
                complain(what, name, namespace, &e);
                complete = false;
            }
        }
        match complete {
            true => Ok(()),
            false => Err(Error::Verification),
        }
    }
}

async fn has_actions(
    cluster: &Cluster,
    home: &str,
    blueprint: &str,
    actions: &[ActionSpec],
) -> bool {
    let found: Blueprint = match cluster.get("blueprint", home, blueprint).await {
        Ok(found) => found,
        Err(e) => {
            complain("blueprint", blueprint, home, &e);
            return false;
        }
    };
    let names: BTreeSet<_> = actions.iter().map(|action| &action.name).collect();
    let mut complete = true;
    for name in names
        .into_iter()
        .filter(|name| !found.actions.contains_key(*name))
    {
        let known: Vec<_> = found.actions.keys().map(String::as_str).collect();
        print::note(&format!(
            "The blueprint '{blueprint}' has no action '{name}'; it has {}",
            known.join(", ")
        ));
        complete = false;
    }
    complete
}

fn complain(what: &str, name: &str, namespace: &str, error: &Error) {
    print::note(&format!(
        "Please make sure '{what}' with name '{name}' exists in namespace '{namespace}': {}",
        error::chain(error)
    ));
}
