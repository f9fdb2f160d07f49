//! Every row of the table, tried.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

mod authority;
mod contract;
mod files;
mod http;
mod limits;
mod secrets;
mod storage;
mod world;

use std::collections::BTreeSet;

/// The attacks that the tests try, by their names in the table.
#[test]
fn the_table_lists_every_attack_and_each_is_tried() {
    let sources = [
        include_str!("authority.rs"),
        include_str!("contract.rs"),
        include_str!("http.rs"),
        include_str!("limits.rs"),
        include_str!("secrets.rs"),
        include_str!("storage.rs"),
    ]
    .concat();
    let table: BTreeSet<_> = attacks::TABLE.iter().map(|(attack, ..)| *attack).collect();
    for attack in &table {
        let tried = format!("attack(\"{attack}\"");
        assert!(
            sources.contains(&tried),
            "{attack} is in the table and not tried"
        );
    }
    let guest = include_str!("../../../hostile/src/attack.rs");
    let arms = guest.lines().filter_map(|line| {
        let name = line.trim_start().strip_prefix('"')?.split_once('"')?;
        name.1.trim_start().starts_with("=>").then_some(name.0)
    });
    for arm in arms.filter(|arm| !["nothing", "get", "get-configmap"].contains(arm)) {
        assert!(
            table.contains(arm),
            "{arm} is an attack and not in the table"
        );
    }
}
