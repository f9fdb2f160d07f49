//! `cargo xtask lint`: no marks of a merge that was not finished; no compiler looks for them in texts.

use crate::workspace;
use std::path::Path;
use std::process::Command;

/// Looks through all files of the checkout.
///
/// # Errors
/// The files and lines that have such marks.
pub fn check() -> anyhow::Result<()> {
    match marks(&workspace::root())? {
        Some(found) if found.is_empty() => Ok(()),
        Some(found) => anyhow::bail!("a merge was not finished:\n{}", found.trim_end()),
        None => {
            println!("  this is no checkout of git, so nothing was looked at");
            Ok(())
        }
    }
}

/// The lines with marks; none if git does not know the folder.
fn marks(folder: &Path) -> anyhow::Result<Option<String>> {
    let search = ["grep", "-I", "--line-number", "-E", "^(<{7}|>{7})( |$)"];
    let output = Command::new("git")
        .args(search)
        .current_dir(folder)
        .output();
    let Ok(output) = output else {
        return Ok(None);
    };
    match output.status.code() {
        Some(0 | 1) => Ok(Some(String::from_utf8(output.stdout)?)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(folder: &Path, words: &[&str]) {
        let status = Command::new("git").args(words).current_dir(folder).status();
        assert!(status.unwrap().success());
    }

    #[test]
    fn marks_are_found_in_texts() {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "--quiet"]);
        let file = folder.path().join("a.md");
        std::fs::write(&file, "Title\n=======\n").unwrap();
        git(folder.path(), &["add", "a.md"]);
        assert_eq!(marks(folder.path()).unwrap().as_deref(), Some(""));
        let begin = "<".repeat(7);
        std::fs::write(&file, format!("Title\n=======\n{begin} HEAD\n")).unwrap();
        let found = marks(folder.path()).unwrap().unwrap();
        assert!(found.starts_with("a.md:3:"), "{found}");
    }
}
