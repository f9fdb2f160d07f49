//! What each import allows, in words for people and as sections of a manifest.

use crate::component::{Component, Import};
use crate::contract::InterfaceName;
use kanister_api::function::Section;

/// What an import needs in the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// A section.
    Section(Section),
    /// A rule of the section `secrets` that says `use: [reveal]`.
    Reveal,
}

/// One line of a component's list of permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The import behind it.
    pub import: Import,
    /// What it allows, for people.
    pub meaning: &'static str,
    /// What it needs in the manifest; nothing if every function may use it.
    pub needs: Vec<Need>,
    /// Whether a host of this contract can serve it.
    pub known: bool,
}

impl Component {
    /// Everything the component can ever ask for, import by import.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        self.imports.iter().cloned().map(Permission::of).collect()
    }
}

impl Permission {
    fn of(import: Import) -> Self {
        let name = InterfaceName::parse(&import.name);
        let known = name.and_then(|name| known(&name, &import.functions));
        let (meaning, needs) = match known {
            Some(_) if import.functions.is_empty() => ("names types and calls nothing", Vec::new()),
            Some((meaning, needs)) => (meaning, needs),
            None => (
                "is not part of this contract, so no host of it can serve it",
                Vec::new(),
            ),
        };
        Self {
            meaning,
            needs,
            known: known_interface(name, &import),
            import,
        }
    }
}

fn known_interface(name: Option<InterfaceName<'_>>, import: &Import) -> bool {
    name.is_some_and(|name| known(&name, &import.functions).is_some())
}

/// The meaning and the needs of an interface of the contract.
fn known(name: &InterfaceName<'_>, functions: &[String]) -> Option<(&'static str, Vec<Need>)> {
    let section = |section| vec![Need::Section(section)];
    let known = match (name.package, name.interface) {
        ("kanister:host", "log") => ("writes to the log", vec![]),
        ("kanister:host", "progress") => ("shows how far it is", vec![]),
        ("kanister:host", "clock") => ("reads the time and sleeps", vec![]),
        ("kanister:host", "random") => ("draws random numbers", vec![]),
        ("kanister:host", "cancel") => ("learns that it should stop", vec![]),
        ("kanister:host", "checkpoint") => ("keeps notes across its own attempts", vec![]),
        ("kanister:io", "types") => ("handles bytes that other permissions gave it", vec![]),
        ("kanister:function" | "kanister:kube", "types") => ("names types", vec![]),
        ("kanister:template", "render") => ("renders templates about objects it has", vec![]),
        ("kanister:kube", "objects") => (
            "reads and writes objects of the cluster",
            section(Section::Kubernetes),
        ),
        ("kanister:kube", "exec") => ("runs commands in containers", section(Section::Exec)),
        ("kanister:kube", "workload") => workload(functions),
        ("kanister:storage", "locations") => {
            ("reads and writes object stores", section(Section::Storage))
        }
        ("kanister:http", "client") => (
            "sends requests to hosts of the network",
            section(Section::Http),
        ),
        ("kanister:secrets", "store") => (
            "uses secrets without seeing them",
            section(Section::Secrets),
        ),
        ("kanister:secrets", "reveal") => ("sees the bytes of secrets", vec![Need::Reveal]),
        (package, _) if package.starts_with("wasi:") => return wasi(name),
        _ => return None,
    };
    name.is_compatible().then_some(known)
}

/// Helper pods and scaling live in one interface but are different rights.
fn workload(functions: &[String]) -> (&'static str, Vec<Need>) {
    let scales = functions.iter().any(|name| name == "scale");
    let starts = functions.iter().any(|name| name != "scale");
    let (kubernetes, workload) = (
        Need::Section(Section::Kubernetes),
        Need::Section(Section::Workload),
    );
    match (starts, scales) {
        (true, true) => (
            "starts helper pods and scales workloads",
            vec![kubernetes, workload],
        ),
        (false, true) => ("scales workloads", vec![kubernetes]),
        (_, false) => ("starts helper pods", vec![workload]),
    }
}

/// The interfaces of WASI that runtimes of other languages ask for. The host answers them
/// with nothing: no files, no sockets, no environment.
fn wasi(name: &InterfaceName<'_>) -> Option<(&'static str, Vec<Need>)> {
    let meaning = match name.package {
        "wasi:cli" => "has an empty environment; what it prints goes to the log",
        "wasi:clocks" => "reads the time",
        "wasi:random" => "draws random numbers",
        "wasi:io" => "handles streams that other permissions gave it",
        "wasi:filesystem" => "asks for files; there are none",
        "wasi:sockets" => "asks for the network; there is none",
        _ => return None,
    };
    name.version
        .starts_with("0.2.")
        .then_some((meaning, vec![]))
}
