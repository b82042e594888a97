//! Fuzz target of the IFC reader: no input may make it panic, hang, or take memory out of proportion.
//! `scripts/fuzz` builds it with coverage and runs it.
//!
//! A panic of the IFC library is no crash: the reader catches it, or its worker process ends with it
//! and the parent goes on. A panic anywhere else is one.

#![no_main]

mod limits;

use libfuzzer_sys::fuzz_target;
use tile_builder::read::ifc::{Wanted, read_bytes};

use crate::limits::LIMITS;

fuzz_target!(
    init: std::panic::set_hook(Box::new(|info| {
        let expected = info.location().is_some_and(|at| at.file().contains("/ifc-lite-"));
        if !expected {
            let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{info}\n"));
            std::process::abort();
        }
    })),
    |data: &[u8]| {
        let _ = read_bytes(data.to_vec(), Wanted::All, &LIMITS);
    }
);
