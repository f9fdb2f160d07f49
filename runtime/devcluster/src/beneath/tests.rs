use super::*;
use std::os::unix::fs::symlink;

#[test]
fn no_link_leads_out() {
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside");
    let inside = folder.path().join("inside");
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::create_dir_all(inside.join("real")).unwrap();
    std::fs::write(outside.join("secret"), "secret").unwrap();
    symlink(&outside, inside.join("away")).unwrap();
    symlink("../outside", inside.join("up")).unwrap();
    symlink("real", inside.join("here")).unwrap();
    let beneath = Beneath::open(&inside).unwrap();
    for way in ["away", "up", "../outside"] {
        let way = Path::new(way);
        assert!(beneath.folder(&way.join("new"), None).is_err(), "{way:?}");
        assert!(beneath.file(&way.join("new")).is_err(), "{way:?}");
        assert!(beneath.find(&way.join("secret")).is_err(), "{way:?}");
        assert!(beneath.read(&way.join("secret"), 9).is_err(), "{way:?}");
        assert!(beneath.link(&way.join("new"), &inside).is_err(), "{way:?}");
    }
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
    beneath.folder(Path::new("/here/new"), None).unwrap();
    beneath.file(Path::new("here/new/file")).unwrap();
    assert!(inside.join("real/new/file").is_file());
    assert_eq!(beneath.read(Path::new("here/new/file"), 9).unwrap(), b"");
}

#[test]
fn a_new_folder_has_the_owner_that_was_asked_for() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().unwrap();
    let beneath = Beneath::open(folder.path()).unwrap();
    // Only root can give a folder away.
    let owner = if Uid::effective().is_root() {
        (65_534, 65_534)
    } else {
        (Uid::effective().as_raw(), Gid::effective().as_raw())
    };
    beneath.folder(Path::new("/one/two"), Some(owner)).unwrap();
    for path in ["one", "one/two"] {
        let made = folder.path().join(path).metadata().unwrap();
        assert_eq!((made.uid(), made.gid()), owner, "{path}");
    }
}

#[test]
fn a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    nix::unistd::mkfifo(
        &folder.path().join("pipe"),
        nix::sys::stat::Mode::from_bits_truncate(0o666),
    )
    .unwrap();
    let beneath = Beneath::open(folder.path()).unwrap();
    assert!(beneath.read(Path::new("pipe"), 9).is_err());
    beneath.find(Path::new("pipe")).unwrap();
}
