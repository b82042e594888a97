//! Fuzz target of the IFC reader: no input may make it panic, hang, or take memory out of proportion.
//! `scripts/fuzz` builds it with coverage and runs it.

#![no_main]

mod limits;

use libfuzzer_sys::fuzz_target;
use tile_builder::read::ifc::{Wanted, read_bytes};

use crate::limits::LIMITS;

fuzz_target!(|data: &[u8]| {
    let _ = read_bytes(data.to_vec(), Wanted::All, &LIMITS);
});
