//! Fuzz target of the OSGB reader: no input may make it panic, hang, or take memory out of
//! proportion. `scripts/fuzz` builds it with coverage and runs it.

#![no_main]

mod limits;

use libfuzzer_sys::fuzz_target;
use tile_builder::encode;
use tile_builder::read::osgb;
use tile_builder::scene::{Finer, LodNode};

use crate::limits::LIMITS;

fn encode_all(node: &LodNode) {
    let finite = |p: &[f64; 3]| p.iter().all(|v| v.abs() < 1e9);
    if node.meshes.iter().flat_map(|mesh| &mesh.positions).all(finite) {
        let _ = encode::encode(&node.meshes, 0.01);
    }
    for finer in &node.finer {
        if let Finer::Node(node) = finer {
            encode_all(node);
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(file) = osgb::parse(data, "fuzz.osgb", &LIMITS) else { return };
    let _ = file.summary();
    let load = |_: &str| Err("is not there".to_owned());
    if let Ok(levels) = file.levels(&LIMITS, &load) {
        levels.nodes.iter().for_each(encode_all);
    }
});
