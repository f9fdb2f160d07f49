//! A bucket with a prefix that nothing leaves.

use futures::TryStreamExt as _;
use object_store::list::PaginatedListOptions;
use object_store::{CopyOptions, GetOptions, ObjectStore as _};

use crate::checksum::{Announced, Digest};
use crate::classify::classify;
use crate::error::{Error, Place};
use crate::key::{Key, Prefix};
use crate::profile::Profile;
use crate::read::{Download, ReadRange};
use crate::store::{Store, StoreOptions, s3};
use crate::upload::{Upload, WriteOptions};

/// How many objects a page of a listing holds.
const PAGE: usize = 1000;

/// What is known of an object without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectMeta {
    /// The key behind the location's prefix.
    pub key: String,
    /// The size in bytes.
    pub size: u64,
    /// The store's mark of this version.
    pub etag: Option<String>,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub modified_ms: Option<u64>,
    /// A digest that the store keeps.
    pub digest: Option<Digest>,
}

/// One page of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The objects.
    pub items: Vec<ObjectMeta>,
    /// What to ask with for the next page; None at the end.
    pub next: Option<String>,
}

/// A bucket with a prefix that nothing leaves.
#[derive(Clone)]
pub struct Location {
    pub(crate) store: Store,
    pub(crate) prefix: Prefix,
    read_only: bool,
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Location({})", self.place())
    }
}

impl Location {
    /// Opens the location of `profile`. Nothing is sent yet, so that wrong credentials show at the
    /// first use.
    ///
    /// # Errors
    /// A Profile that cannot be used.
    pub fn open(profile: &Profile, options: &StoreOptions) -> Result<Self, Error> {
        Self::at(profile, options, None)
    }

    /// Opens the location of `profile` and asks the store once, so that wrong credentials, a missing
    /// bucket and an address without a store are reported before any work. Credentials that may not
    /// list pass. Where S3 says that the bucket is in another region, that region is used.
    ///
    /// # Errors
    /// As [`Location::open`], and what the store or the connection to it says.
    pub async fn connect(profile: &Profile, options: &StoreOptions) -> Result<Self, Error> {
        let location = Self::at(profile, options, None)?;
        match location.probe().await {
            Err(Error::WrongRegion { place, region }) => {
                let region = match region {
                    Some(region) => region,
                    None => {
                        s3::bucket_region(profile, options)
                            .await
                            .ok_or(Error::WrongRegion {
                                place,
                                region: None,
                            })?
                    }
                };
                let moved = Self::at(profile, options, Some(&region))?;
                moved.probe().await?;
                Ok(moved)
            }
            result => result.map(|()| location),
        }
    }

    fn at(profile: &Profile, options: &StoreOptions, region: Option<&str>) -> Result<Self, Error> {
        Ok(Self {
            prefix: Prefix::parse(&profile.location.prefix)?,
            store: Store::open(profile, options, region)?,
            read_only: false,
        })
    }

    async fn probe(&self) -> Result<(), Error> {
        match self.page("", None, 1).await {
            Err(Error::Denied { .. }) => Ok(()),
            Err(Error::NotFound(place)) => Err(Error::NoBucket(place)),
            result => result.map(drop),
        }
    }

    /// Where this is, for messages.
    #[must_use]
    pub fn place(&self) -> Place {
        self.store.place(&self.prefix.to_string())
    }

    /// The same bucket with a longer prefix.
    ///
    /// # Errors
    /// A path that is no prefix or climbs above this one.
    pub fn under(&self, path: &str) -> Result<Self, Error> {
        Ok(Self {
            prefix: self.prefix.join(path)?,
            ..self.clone()
        })
    }

    /// The same location without the right to change anything.
    #[must_use]
    pub fn read_only(&self) -> Self {
        Self {
            read_only: true,
            ..self.clone()
        }
    }

    /// The full key of `path` and its place; the prefix itself if `path` is empty.
    ///
    /// # Errors
    /// A path that is no key or climbs above the prefix.
    pub fn key(&self, path: &str) -> Result<(Key, Place), Error> {
        let key = self.prefix.key(path)?;
        let place = self.store.place(key.as_str());
        Ok((key, place))
    }

    pub(crate) fn writable(&self, place: &Place) -> Result<(), Error> {
        match self.read_only {
            true => Err(Error::ReadOnly {
                place: place.clone(),
            }),
            false => Ok(()),
        }
    }

    pub(crate) fn meta(
        &self,
        meta: &object_store::ObjectMeta,
        announced: Option<&Announced>,
    ) -> ObjectMeta {
        let object_store::ObjectMeta {
            location,
            last_modified,
            size,
            e_tag,
            version: _,
        } = meta;
        let full = location.as_ref();
        ObjectMeta {
            key: self.prefix.strip(full).unwrap_or(full).to_owned(),
            size: *size,
            etag: e_tag.clone(),
            modified_ms: u64::try_from(last_modified.timestamp_millis()).ok(),
            digest: announced.and_then(|a| a.digest()).cloned(),
        }
    }

    /// What is known of the object `path`.
    ///
    /// # Errors
    /// [`Error::NotFound`], and what the store says.
    pub async fn head(&self, path: &str) -> Result<ObjectMeta, Error> {
        let (key, place) = self.key(path)?;
        let options = GetOptions::new().with_head(true);
        let result = self.store.reader.get_opts(&key.path(), options).await;
        let result = result.map_err(|e| classify(e, &place))?;
        Ok(self.meta(&result.meta, result.extensions.get()))
    }

    /// Lists the objects below `path/`, or all below the prefix; `next` is that of the page before.
    ///
    /// # Errors
    /// What the store says.
    pub async fn list(&self, path: &str, next: Option<&str>) -> Result<Listing, Error> {
        self.page(path, next, PAGE).await
    }

    async fn page(&self, path: &str, next: Option<&str>, size: usize) -> Result<Listing, Error> {
        let prefix = self.prefix.join(path)?;
        let place = self.store.place(&prefix.to_string());
        let Some(pages) = &self.store.pages else {
            return self.folder_page(&prefix, next, size).await;
        };
        let whole_segments = (!prefix.is_root()).then(|| format!("{prefix}/"));
        let options = PaginatedListOptions {
            max_keys: Some(size),
            page_token: next.map(str::to_owned),
            ..PaginatedListOptions::default()
        };
        let page = pages
            .list_paginated(whole_segments.as_deref(), options)
            .await;
        let page = page.map_err(|e| classify(e, &place))?;
        let items = page.result.objects.iter();
        Ok(Listing {
            items: items
                .filter(|meta| is_below(meta, &prefix))
                .map(|meta| self.meta(meta, None))
                .collect(),
            next: page.page_token,
        })
    }

    /// A page of a folder, in the order of the keys; `next` is the last key of the page before.
    async fn folder_page(
        &self,
        prefix: &Prefix,
        next: Option<&str>,
        size: usize,
    ) -> Result<Listing, Error> {
        let place = self.store.place(&prefix.to_string());
        let reader = &self.store.reader;
        let path = prefix.path();
        let all = reader.list(Some(&path)).try_collect::<Vec<_>>().await;
        let mut all = all.map_err(|e| classify(e, &place))?;
        all.retain(|meta| next.is_none_or(|n| meta.location.as_ref() > n));
        all.sort_unstable_by(|a, b| a.location.cmp(&b.location));
        let more = all.len() > size;
        all.truncate(size);
        Ok(Listing {
            next: all.last().filter(|_| more).map(|m| m.location.to_string()),
            items: all.iter().map(|meta| self.meta(meta, None)).collect(),
        })
    }

    /// Begins to read `range` of the object `path`.
    ///
    /// # Errors
    /// [`Error::NotFound`], a range beyond the end, and what the store says.
    pub async fn read(&self, path: &str, range: ReadRange) -> Result<Download, Error> {
        let (key, place) = self.key(path)?;
        Download::open(&self.store, &key, place, range).await
    }

    /// Begins to write the object `path`. Nothing is sent before it is needed.
    ///
    /// # Errors
    /// A path that is no key, a location that is read-only.
    pub fn write(&self, path: &str, options: WriteOptions) -> Result<Upload, Error> {
        let (key, place) = self.key(path)?;
        self.writable(&place)?;
        Ok(Upload::new(self.clone(), key, place, options))
    }

    /// Copies the object `from` to `to` within the store, replacing what is there.
    ///
    /// # Errors
    /// [`Error::NotFound`], and what the store says.
    pub async fn copy(&self, from: &str, to: &str) -> Result<ObjectMeta, Error> {
        let (source, place) = self.key(from)?;
        let (target, target_place) = self.key(to)?;
        self.writable(&target_place)?;
        let writer = &self.store.writer;
        writer
            .copy_opts(&source.path(), &target.path(), CopyOptions::default())
            .await
            .map_err(|e| classify(e, &place))?;
        self.head(to).await
    }
}

/// False for the key that equals the prefix: some tools make `folder/` objects, whose slash the
/// library drops, and which would then be taken for the object `folder`.
pub(crate) fn is_below(meta: &object_store::ObjectMeta, prefix: &Prefix) -> bool {
    prefix.strip(meta.location.as_ref()).is_some()
}
