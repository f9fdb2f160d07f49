//! What a process may not do: applied between its birth and its program.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use cap_std::fs::File;
use landlock::{
    ABI, Access as _, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreated, RulesetCreatedAttr as _, Scope, path_beneath_rules,
};
use nix::mount::{MsFlags, mount};
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};

use super::plan::{Isolation, Plan};
use super::view::{DEVICES, SYSTEM};
use crate::beneath::path_of;

/// The Landlock version whose file rights are enforced; those of a newer kernel stay open.
const FILES: ABI = ABI::V5;
/// The version that keeps signals in.
const SIGNALS: ABI = ABI::V6;

/// Whether this kernel can confine a process that has no namespaces of its own.
pub(crate) fn has_landlock(signals: bool) -> bool {
    let base = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V3));
    let scoped = base.and_then(|set| {
        if signals {
            set.scope(Scope::from_all(SIGNALS))
        } else {
            Ok(set)
        }
    });
    scoped.and_then(Ruleset::create).is_ok()
}

/// The volumes of a container as they were found, in two lists: those that it may only read, and the
/// others.
#[derive(Default)]
struct Volumes {
    fixed: Vec<File>,
    writable: Vec<File>,
}

impl Volumes {
    fn open(plan: &Plan) -> io::Result<Self> {
        let mut found = Self::default();
        for mount in &plan.mounts {
            let list = if mount.read_only {
                &mut found.fixed
            } else {
                &mut found.writable
            };
            list.push(mount.open()?);
        }
        Ok(found)
    }
}

fn rules(plan: &Plan, volumes: &Volumes) -> Result<Option<RulesetCreated>, landlock::RulesetError> {
    let everything = AccessFs::from_all(FILES);
    let reading = AccessFs::from_read(FILES);
    let best = || Ruleset::default().set_compatibility(CompatLevel::BestEffort);
    Ok(match plan.isolation {
        Isolation::None => None,
        // The view holds nothing but what the container may use, and mounts protect the system.
        // Signals stay within the processes that it sees.
        Isolation::Namespaces => Some(
            best()
                .handle_access(everything)?
                .scope(Scope::AbstractUnixSocket)?
                .create()?
                .add_rules(path_beneath_rules(["/"], everything))?,
        ),
        Isolation::Landlock => {
            let system = SYSTEM
                .iter()
                .map(|name| format!("/{name}"))
                .chain(["/proc".to_owned()]);
            let devices = DEVICES.iter().map(|name| format!("/dev/{name}"));
            Some(
                Ruleset::default()
                    .set_compatibility(CompatLevel::BestEffort)
                    .handle_access(everything)?
                    .set_compatibility(CompatLevel::HardRequirement)
                    .scope(Scope::from_all(SIGNALS))?
                    .create()?
                    .set_compatibility(CompatLevel::BestEffort)
                    .add_rules(path_beneath_rules(system, reading))?
                    .add_rules(path_beneath_rules(&plan.image, reading))?
                    .add_rules(path_beneath_rules(devices, everything))?
                    .add_rules(path_beneath_rules(
                        volumes.fixed.iter().map(path_of),
                        reading,
                    ))?
                    .add_rules(path_beneath_rules(
                        volumes.writable.iter().map(path_of),
                        everything,
                    ))?
                    .add_rules(path_beneath_rules([&plan.root], everything))?,
            )
        }
    })
}

/// Makes `command` confine itself as the plan says when it starts.
#[expect(
    unsafe_code,
    reason = "there is no safe way to act between fork and exec; this process has one thread, so the child may do whatever its parent could"
)]
pub(super) fn prepare(command: &mut Command, plan: &Plan, joined: bool) -> io::Result<()> {
    // Elsewhere they are mounts, and not to be found by their own paths any more.
    let volumes = match plan.isolation {
        Isolation::Landlock => Volumes::open(plan)?,
        Isolation::Namespaces | Isolation::None => Volumes::default(),
    };
    let mut rules = rules(plan, &volumes).map_err(|error| {
        io::Error::other(format!(
            "this kernel cannot confine the process ({error}); start the cluster with --unconfined"
        ))
    })?;
    let user = plan.user;
    let mounts_proc = plan.isolation == Isolation::Namespaces && !joined;
    let confined = plan.isolation != Isolation::None;
    // Safety: runs in the only thread of the child of a process with one thread.
    unsafe {
        command.pre_exec(move || {
            if mounts_proc {
                let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
                mount(Some("proc"), "/proc", Some("proc"), flags, None::<&str>)?;
            }
            setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
            if confined {
                let (_, files) = nix::sys::resource::getrlimit(Resource::RLIMIT_NOFILE)?;
                setrlimit(
                    Resource::RLIMIT_NOFILE,
                    files.min(65_536),
                    files.min(65_536),
                )?;
                setrlimit(Resource::RLIMIT_NPROC, 4096, 4096)?;
            }
            if let Some((user, group)) = user {
                setgroups(&[])?;
                setgid(Gid::from_raw(group))?;
                setuid(Uid::from_raw(user))?;
            }
            if let Some(rules) = rules.take() {
                rules.restrict_self().map_err(io::Error::other)?;
            } else {
                nix::sys::prctl::set_no_new_privs()?;
            }
            // Set last: changing the user clears it.
            nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
            Ok(())
        });
    }
    Ok(())
}
