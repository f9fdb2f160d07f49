//! Container images.

use std::fmt;
use std::str::FromStr;

use super::super::error::PatternError;
use super::name::NamePattern;
use super::text_serde;

/// An image as a container names it, in the long form: `busybox` is
/// `docker.io/library/busybox:latest`.
///
/// The rules are those of the distribution project's reference grammar and its familiar names. A
/// container runtime may be told to look short names up elsewhere; rules of images that matter
/// should name the registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageReference {
    /// Registry and path, split at the slashes.
    repository: Vec<Box<str>>,
    /// The tag; none if there is a digest, which alone decides then what runs.
    tag: Option<Box<str>>,
    /// The digest, `sha256:…`.
    digest: Option<Box<str>>,
}

/// Images: a repository, or repositories below a path, with or without a version.
///
/// - `ghcr.io/org/tool` stands for every tag and digest of the repository.
/// - `ghcr.io/org/*` stands for every repository one level below, `ghcr.io/org/**` for all below.
/// - `…:16`, `…:16*` and `…:*` stand for tags, and not for images that name a digest besides.
/// - `…@sha256:…` stands for that digest, whatever the tag.
/// - `*` stands for every image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImagePattern {
    repository: Vec<Box<str>>,
    end: RepositoryEnd,
    version: ImageVersion,
}

/// How the repository of an image pattern ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RepositoryEnd {
    /// It is whole.
    Here,
    /// `/*`: one segment follows.
    One,
    /// `/**`: one or more segments follow.
    Rest,
}

/// The version of an image pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImageVersion {
    /// Every tag and every digest.
    Any,
    /// Tags, without a digest.
    Tag(NamePattern),
    /// This digest.
    Digest(Box<str>),
}

fn is_segment(text: &str) -> bool {
    let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    !text.contains("..")
        && text.starts_with(is_end)
        && text.ends_with(is_end)
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte)
        })
}

/// `example.com`, `host:5000`, `localhost`; a first segment without any of these is a path.
fn is_registry(text: &str) -> bool {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let number = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    (host.contains('.') || port.is_some() || host == "localhost")
        && host.split('.').all(label)
        && port.is_none_or(number)
}

fn is_tag(text: &str) -> bool {
    text.len() <= 128
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        is_segment(algorithm) && hex.len() >= 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Splits `repository[:tag][@digest]`.
fn split(text: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    match rest.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag), digest),
        _ => (rest, None, digest),
    }
}

/// The segments of a repository in the long form; `below` says that a wildcard follows, so that a
/// single segment is an organisation or a registry and no image of the library.
fn long_form(repository: &str, below: bool) -> Option<Vec<Box<str>>> {
    let mut segments: Vec<Box<str>> = Vec::new();
    let (first, rest) = match repository.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (repository, None),
    };
    if is_registry(first) && (rest.is_some() || below) {
        let registry = first.to_ascii_lowercase();
        segments.push(match registry.as_str() {
            "index.docker.io" => "docker.io".into(),
            _ => registry.into(),
        });
        if registry_is_docker(&segments) && rest.is_some_and(|rest| !rest.contains('/')) && !below {
            segments.push("library".into());
        }
    } else {
        segments.push("docker.io".into());
        if rest.is_none() && !below {
            segments.push("library".into());
        }
        if !is_segment(first) {
            return None;
        }
        segments.push(first.into());
    }
    for segment in rest.into_iter().flat_map(|rest| rest.split('/')) {
        if !is_segment(segment) {
            return None;
        }
        segments.push(segment.into());
    }
    Some(segments)
}

fn registry_is_docker(segments: &[Box<str>]) -> bool {
    segments
        .first()
        .is_some_and(|first| **first == *"docker.io")
}

impl FromStr for ImageReference {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let error = || {
            PatternError::new(
                "image",
                text,
                "write registry/path:tag or registry/path@sha256:…",
            )
        };
        let (repository, tag, digest) = split(text);
        if tag.is_some_and(|tag| tag.is_empty() || !is_tag(tag))
            || digest.is_some_and(|digest| !is_digest(digest))
        {
            return Err(error());
        }
        let tag = match (tag, digest) {
            (_, Some(_)) => None,
            (tag, None) => Some(tag.unwrap_or("latest").into()),
        };
        Ok(Self {
            repository: long_form(repository, false).ok_or_else(error)?,
            tag,
            digest: digest.map(str::to_ascii_lowercase).map(Into::into),
        })
    }
}

impl ImagePattern {
    /// Every image.
    #[must_use]
    pub const fn any() -> Self {
        Self {
            repository: Vec::new(),
            end: RepositoryEnd::Rest,
            version: ImageVersion::Any,
        }
    }

    /// A pattern that stands for this image alone.
    #[must_use]
    pub fn exact(image: &ImageReference) -> Self {
        Self {
            repository: image.repository.clone(),
            end: RepositoryEnd::Here,
            version: match (&image.digest, &image.tag) {
                (Some(digest), _) => ImageVersion::Digest(digest.clone()),
                (None, tag) => {
                    ImageVersion::Tag(NamePattern::Exact(tag.clone().unwrap_or_default()))
                }
            },
        }
    }

    /// Whether the pattern stands for `image`.
    #[must_use]
    pub fn matches(&self, image: &ImageReference) -> bool {
        let (fewest, most) = self.lengths();
        let length = image.repository.len();
        image.repository.starts_with(&self.repository)
            && (fewest..=most).contains(&length)
            && match (&self.version, &image.tag, &image.digest) {
                (ImageVersion::Any, _, _) => true,
                (ImageVersion::Tag(tags), Some(tag), None) => tags.matches(tag),
                (ImageVersion::Digest(wanted), _, Some(digest)) => wanted == digest,
                _ => false,
            }
    }

    /// How many segments a repository has that the pattern stands for.
    fn lengths(&self) -> (usize, usize) {
        let length = self.repository.len();
        match self.end {
            RepositoryEnd::Here => (length, length),
            RepositoryEnd::One => (length + 1, length + 1),
            RepositoryEnd::Rest => (length + 1, usize::MAX),
        }
    }

    /// The images that both stand for, if there are any.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let (long, short) = if self.repository.len() >= other.repository.len() {
            (self, other)
        } else {
            (other, self)
        };
        if !long.repository.starts_with(&short.repository) {
            return None;
        }
        let fewest = long.lengths().0.max(short.lengths().0);
        let most = long.lengths().1.min(short.lengths().1);
        if fewest > most {
            return None;
        }
        let version = match (&long.version, &short.version) {
            (ImageVersion::Any, rest) | (rest, ImageVersion::Any) => rest.clone(),
            (ImageVersion::Tag(a), ImageVersion::Tag(b)) => ImageVersion::Tag(a.intersect(b)?),
            (a, b) if a == b => a.clone(),
            _ => return None,
        };
        Some(Self {
            repository: long.repository.clone(),
            end: match most {
                _ if fewest == long.repository.len() => RepositoryEnd::Here,
                usize::MAX => RepositoryEnd::Rest,
                _ => RepositoryEnd::One,
            },
            version,
        })
    }
}

impl FromStr for ImagePattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let error = || {
            PatternError::new(
                "image pattern",
                text,
                "write registry/path, registry/path/*, registry/path/** or *, each optionally \
                 with :tag, :tag-prefix* or @sha256:…",
            )
        };
        if text == "*" {
            return Ok(Self::any());
        }
        let (repository, tag, digest) = split(text);
        let version = match (tag, digest) {
            (None, None) => ImageVersion::Any,
            (Some("*"), None) => ImageVersion::Tag(NamePattern::Any),
            (Some(tag), None) => {
                let name = tag.strip_suffix('*').unwrap_or(tag);
                if name.is_empty() || !is_tag(name) {
                    return Err(error());
                }
                ImageVersion::Tag(tag.parse().map_err(|_| error())?)
            }
            (None, Some(digest)) if is_digest(digest) => {
                ImageVersion::Digest(digest.to_ascii_lowercase().into())
            }
            _ => return Err(error()),
        };
        let (repository, end) = if let Some(path) = repository.strip_suffix("/**") {
            (path, RepositoryEnd::Rest)
        } else if let Some(path) = repository.strip_suffix("/*") {
            (path, RepositoryEnd::One)
        } else {
            (repository, RepositoryEnd::Here)
        };
        let below = end != RepositoryEnd::Here;
        Ok(Self {
            repository: long_form(repository, below).ok_or_else(error)?,
            end,
            version,
        })
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository.join("/"))?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ImagePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.repository.is_empty() {
            return f.write_str("*");
        }
        f.write_str(&self.repository.join("/"))?;
        f.write_str(match self.end {
            RepositoryEnd::Here => "",
            RepositoryEnd::One => "/*",
            RepositoryEnd::Rest => "/**",
        })?;
        match &self.version {
            ImageVersion::Any => Ok(()),
            ImageVersion::Tag(NamePattern::Any) => f.write_str(":*"),
            ImageVersion::Tag(NamePattern::Prefix(tag)) => write!(f, ":{tag}*"),
            ImageVersion::Tag(NamePattern::Exact(tag)) => write!(f, ":{tag}"),
            ImageVersion::Digest(digest) => write!(f, "@{digest}"),
        }
    }
}

text_serde!(ImagePattern, "an image such as ghcr.io/org/**");
