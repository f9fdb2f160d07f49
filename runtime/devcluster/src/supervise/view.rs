//! What a container sees of the machine: its own root directory with the system's programs in it,
//! read-only, its volumes, and nothing else.

use std::fs::File;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::statvfs::FsFlags;
use nix::unistd::{Pid, Uid, chroot, getgid, getuid, sethostname};

use super::plan::{Mount, Plan};
use crate::beneath::{Beneath, path_of};

/// Directories of the system that containers see.
pub(super) const SYSTEM: [&str; 8] = ["usr", "bin", "sbin", "lib", "lib32", "lib64", "etc", "opt"];
/// Devices that containers see.
pub(super) const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
/// Where the image's programs are, as the container sees it.
pub(crate) const IMAGE: &str = ".image";

const NONE: Option<&str> = None;

fn named<T, E: Into<io::Error>>(
    what: impl FnOnce() -> String,
    result: Result<T, E>,
) -> io::Result<T> {
    result.map_err(|error| {
        let error: io::Error = error.into();
        io::Error::new(error.kind(), format!("{}: {error}", what()))
    })
}

/// Namespaces in which an ordinary user may mount, else those alone that are wanted.
fn separate() -> io::Result<()> {
    let wanted = CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWIPC;
    let (user, group) = (getuid(), getgid());
    if user.is_root() {
        return named(|| "make namespaces".into(), unshare(wanted));
    }
    named(
        || "make a user namespace".into(),
        unshare(wanted | CloneFlags::CLONE_NEWUSER),
    )?;
    std::fs::write("/proc/self/setgroups", "deny")?;
    std::fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    std::fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// Makes the view and enters it.
pub(super) fn build(plan: &Plan) -> io::Result<()> {
    let root_user = Uid::current().is_root();
    separate()?;
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    named(
        || "keep mounts apart".into(),
        mount(NONE, "/", NONE, private, NONE),
    )?;
    let root = &plan.root;
    bind(root, root, false, false)?;
    for name in SYSTEM {
        let source = Path::new("/").join(name);
        let Ok(kind) = source.symlink_metadata() else {
            continue;
        };
        let target = root.join(name);
        if kind.is_symlink() {
            if target.symlink_metadata().is_err() {
                symlink(std::fs::read_link(&source)?, &target)?;
            }
        } else if has_mounts(plan, name) {
            bind_each(&source, &target, root_user)?;
        } else {
            bind(&source, &target, true, root_user)?;
        }
    }
    std::fs::create_dir_all(root.join("dev"))?;
    for name in DEVICES {
        let target = root.join("dev").join(name);
        File::create(&target)?;
        named(
            || format!("show /dev/{name}"),
            mount(
                Some(&Path::new("/dev").join(name)),
                &target,
                NONE,
                MsFlags::MS_BIND,
                NONE,
            ),
        )?;
    }
    for (name, target) in [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ] {
        let path = root.join("dev").join(name);
        if path.symlink_metadata().is_err() {
            symlink(target, path)?;
        }
    }
    std::fs::create_dir_all(root.join("proc"))?;
    if let Some(image) = &plan.image {
        bind(image, &root.join(IMAGE), true, root_user)?;
    }
    let inside = Beneath::open(root)?;
    for mount in &plan.mounts {
        named(|| format!("mount {}", mount.target), show(&inside, mount))?;
    }
    named(|| "set the host name".into(), sethostname(&plan.hostname))?;
    enter(root)
}

/// Whether a volume is mounted below a directory of the system.
fn has_mounts(plan: &Plan, name: &str) -> bool {
    let folder = Path::new("/").join(name);
    plan.mounts
        .iter()
        .any(|mount| Path::new(&mount.target).starts_with(&folder))
}

/// Shows what is in a directory, each by itself, so that there is room for volumes beside.
fn bind_each(source: &Path, target: &Path, root_user: bool) -> io::Result<()> {
    named(
        || format!("make {}", target.display()),
        std::fs::create_dir_all(target),
    )?;
    for entry in std::fs::read_dir(source)? {
        let entry = entry?;
        let place = target.join(entry.file_name());
        if entry.file_type()?.is_symlink() {
            if place.symlink_metadata().is_err() {
                symlink(std::fs::read_link(entry.path())?, &place)?;
            }
        } else {
            bind(&entry.path(), &place, true, root_user)?;
        }
    }
    Ok(())
}

/// Mounts a volume. Other volumes hold this path perhaps, and what pods wrote is in them: neither side
/// follows a link out of where it belongs, not even one that appears in between.
fn show(root: &Beneath, volume: &Mount) -> io::Result<()> {
    let Mount {
        source: _,
        part: _,
        target,
        read_only,
    } = volume;
    let target = Path::new(target);
    let source = volume.open()?;
    if source.metadata()?.is_dir() {
        root.folder(target, None)?;
    } else {
        root.file(target)?;
    }
    let place = root.find(target)?;
    let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
    mount(Some(&path_of(&source)), &path_of(&place), NONE, flags, NONE)?;
    if *read_only {
        // What is mounted there now.
        let mounted = root.find(target)?;
        protect(&path_of(&mounted))?;
    }
    Ok(())
}

/// Makes a mount read-only. What it may not do already must be said again: an ordinary user may not
/// take that away.
fn protect(target: &Path) -> io::Result<()> {
    let mut flags =
        MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY | MsFlags::MS_NOSUID;
    let present = nix::sys::statvfs::statvfs(target)?.flags();
    for (known, flag) in [
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ] {
        if present.contains(known) {
            flags |= flag;
        }
    }
    mount(NONE, target, NONE, flags, NONE)?;
    Ok(())
}

fn bind(source: &Path, target: &Path, read_only: bool, root_user: bool) -> io::Result<()> {
    if source.is_dir() {
        named(
            || format!("make {}", target.display()),
            std::fs::create_dir_all(target),
        )?;
    } else if !target.exists() {
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        named(
            || format!("make {}", target.display()),
            File::create(target),
        )?;
    }
    let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
    named(
        || format!("show {} at {}", source.display(), target.display()),
        mount(Some(source), target, NONE, flags, NONE),
    )?;
    // Without root the system's own permissions protect what is the system's.
    if read_only && root_user {
        named(|| format!("protect {}", target.display()), protect(target))?;
    }
    Ok(())
}

fn enter(root: &Path) -> io::Result<()> {
    named(|| format!("enter {}", root.display()), chroot(root))?;
    std::env::set_current_dir("/")
}

/// Enters the view of a running container.
pub(super) fn join(plan: &Plan, process: i32) -> io::Result<()> {
    let own = Uid::current().is_root();
    let names: &[&str] = if own {
        &["ipc", "uts", "pid", "mnt"]
    } else {
        &["user", "ipc", "uts", "pid", "mnt"]
    };
    let files: io::Result<Vec<File>> = names
        .iter()
        .map(|name| File::open(format!("/proc/{process}/ns/{name}")))
        .collect();
    let files = named(|| "the container is not running".into(), files)?;
    for (name, file) in names.iter().zip(&files) {
        named(
            || format!("join the container's {name} namespace"),
            setns(file, CloneFlags::empty()),
        )?;
    }
    enter(&plan.root)
}

/// The children of this process.
pub(super) fn children() -> Vec<Pid> {
    let own = std::process::id();
    let mut found = Vec::new();
    for item in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = item
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok())
        else {
            continue;
        };
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let parent = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        if parent == Some(own) {
            found.push(Pid::from_raw(id));
        }
    }
    found
}
