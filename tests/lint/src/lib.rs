//! Only tests live here: manifests with mistakes, and what the linter says of them.
