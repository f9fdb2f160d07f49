//! `cargo xtask kando-static`: kando as one file that needs nothing of the image it is copied into,
//! for both processors.

use crate::{command, workspace};
use anyhow::{Context, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The most bytes of a program: users copy it into their images.
const LARGEST: u64 = 15_000_000;

/// Bytes that are pushed and pulled to see that the program works: more than one part.
const ROUND_TRIP: usize = 20 << 20;

#[derive(clap::Args)]
pub struct KandoStatic {
    /// Only for these processors
    #[arg(long, value_enum)]
    only: Vec<Processor>,
    /// Install the C compilers and the emulator that are missing (Debian, as root)
    #[arg(long)]
    install: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Processor {
    Amd64,
    Arm64,
}

/// What runs programs of other processors.
const EMULATOR: &str = "qemu-user-static";

/// What a program for one processor is made with.
struct Target {
    /// As container images name it.
    name: &'static str,
    triple: &'static str,
    /// The variable that names another C compiler, for the cryptography.
    cc_variable: &'static str,
    /// C compilers, the best first.
    compilers: &'static [&'static str],
    /// What to install where none of them is.
    packages: &'static [&'static str],
    /// The processor of a machine that runs the program without an emulator.
    native: &'static str,
    emulators: &'static [&'static str],
}

const AMD64: Target = Target {
    name: "amd64",
    triple: "x86_64-unknown-linux-musl",
    cc_variable: "CC_x86_64_unknown_linux_musl",
    compilers: &["musl-gcc", "x86_64-linux-gnu-gcc"],
    packages: &["gcc-x86-64-linux-gnu"],
    native: "x86_64",
    emulators: &["qemu-x86_64-static", "qemu-x86_64"],
};

const ARM64: Target = Target {
    name: "arm64",
    triple: "aarch64-unknown-linux-musl",
    cc_variable: "CC_aarch64_unknown_linux_musl",
    compilers: &["aarch64-linux-musl-gcc", "aarch64-linux-gnu-gcc"],
    packages: &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
    native: "aarch64",
    emulators: &["qemu-aarch64-static", "qemu-aarch64"],
};

impl KandoStatic {
    pub fn run(&self) -> anyhow::Result<()> {
        let folder = workspace::target().join("kando-static");
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let targets = [(Processor::Amd64, AMD64), (Processor::Arm64, ARM64)];
        let mut untried = Vec::new();
        for (processor, target) in targets {
            if !self.only.is_empty() && !self.only.contains(&processor) {
                continue;
            }
            if self.install {
                target.install()?;
            }
            let program = target.build(&folder)?;
            let size = check(&program)?;
            let tried = target.try_out(&program)?;
            let how = tried.as_deref().unwrap_or("not run");
            println!("{}: {size} bytes, {how}", program.display());
            if tried.is_none() {
                untried.push(target.name);
            }
        }
        ensure!(
            untried.is_empty(),
            "{} was not run, since there is no emulator; install {EMULATOR} (Debian), or give --install",
            untried.join(" and ")
        );
        Ok(())
    }
}

impl Target {
    /// Installs what is missing of compilers and emulators.
    fn install(&self) -> anyhow::Result<()> {
        let compiler = match self.has_compiler() {
            true => [].as_slice(),
            false => self.packages,
        };
        let emulator = match self.is_native() || find(self.emulators).is_some() {
            true => None,
            false => Some(EMULATOR),
        };
        let missing: Vec<&str> = compiler.iter().copied().chain(emulator).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let apt = || {
            let mut apt = Command::new("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive");
            apt
        };
        command::run(apt().args(["update", "--quiet"]))?;
        let install = ["install", "--yes", "--quiet", "--no-install-recommends"];
        command::run(apt().args(install).args(missing))
    }

    fn is_native(&self) -> bool {
        std::env::consts::ARCH == self.native
    }

    fn has_compiler(&self) -> bool {
        std::env::var_os(self.cc_variable).is_some() || find(self.compilers).is_some()
    }

    fn build(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let mut rustup = Command::new("rustup");
        rustup.current_dir(workspace::root());
        rustup.args(["--quiet", "target", "add", self.triple]);
        command::run(&mut rustup)?;
        let mut cargo = command::cargo();
        cargo.args(["rustc", "--release", "--package", "kando", "--bin", "kando"]);
        // The linker of Rust serves every processor, and its targets bring the C library.
        cargo.args(["--target", self.triple, "--", "-C", "strip=symbols"]);
        cargo.args(["-C", "linker=rust-lld", "-C", "link-self-contained=yes"]);
        if std::env::var_os(self.cc_variable).is_none() {
            cargo.env(self.cc_variable, self.compiler()?);
        }
        command::run(&mut cargo)?;
        let made = workspace::target().join(self.triple).join("release/kando");
        let program = folder.join(format!("kando-linux-{}", self.name));
        fs::copy(&made, &program).with_context(|| made.display().to_string())?;
        Ok(program)
    }

    fn compiler(&self) -> anyhow::Result<&'static str> {
        find(self.compilers).with_context(|| {
            format!(
                "there is no C compiler for {}; install {} (Debian), give --install, or name one in {}",
                self.triple,
                self.packages.join(" and "),
                self.cc_variable
            )
        })
    }

    /// Pushes and pulls with the program, in an environment without anything. None if this
    /// machine cannot run it.
    fn try_out(&self, program: &Path) -> anyhow::Result<Option<String>> {
        let emulator = match self.is_native() {
            true => None,
            false => match find(self.emulators) {
                Some(emulator) => Some(emulator),
                None => return Ok(None),
            },
        };
        let run = |arguments: &[&str]| {
            let mut command = match emulator {
                Some(emulator) => {
                    let mut command = Command::new(emulator);
                    command.arg(program);
                    command
                }
                None => Command::new(program),
            };
            command::run(command.args(arguments).stdin(Stdio::null()))
        };
        let work = tempfile::tempdir()?;
        let [root, source, copy] = ["store", "source", "copy"].map(|name| work.path().join(name));
        fs::create_dir(&root)?;
        let bytes: Vec<u8> = (0..ROUND_TRIP).map(|i| (i % 251) as u8).collect();
        fs::write(&source, &bytes)?;
        let profile = format!(
            r#"{{"Location":{{"type":"filestore","bucket":"{}"}}}}"#,
            root.display()
        );
        let at = ["--path", "a/b", "--profile", &profile];
        let text = |path: &Path| path.display().to_string();
        run(&[&["location", "push", &text(&source)], at.as_slice()].concat())?;
        run(&[&["location", "pull", &text(&copy)], at.as_slice()].concat())?;
        run(&[&["location", "delete"], at.as_slice()].concat())?;
        ensure!(fs::read(&copy)? == bytes, "what was pulled differs");
        Ok(Some(match emulator {
            Some(emulator) => format!("run under {emulator}"),
            None => "run here".to_owned(),
        }))
    }
}

/// The first of these programs that is on PATH.
fn find(programs: &[&'static str]) -> Option<&'static str> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    programs
        .iter()
        .find(|program| folders.iter().any(|folder| folder.join(program).is_file()))
        .copied()
}

/// The size of a program that is small enough and names no dynamic linker.
fn check(program: &Path) -> anyhow::Result<u64> {
    let size = ensure_static(program)?;
    ensure!(
        size < LARGEST,
        "{} has {size} bytes, more than {LARGEST}",
        program.display()
    );
    Ok(size)
}

/// Fails if a program names a dynamic linker; answers its size.
pub fn ensure_static(program: &Path) -> anyhow::Result<u64> {
    let bytes = fs::read(program).with_context(|| program.display().to_string())?;
    for linker in ["/ld-musl-", "/ld-linux-"] {
        if bytes.windows(linker.len()).any(|w| w == linker.as_bytes()) {
            bail!("{} wants a dynamic linker ({linker}…)", program.display());
        }
    }
    Ok(bytes.len() as u64)
}
