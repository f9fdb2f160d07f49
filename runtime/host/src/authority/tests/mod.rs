//! What the authority promises.
