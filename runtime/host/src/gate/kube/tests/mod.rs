//! What the gate in front of the API server promises.

mod cluster;
mod deny;
mod paths;
mod pods;
mod secrets;
mod table;
