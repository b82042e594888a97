//! Damaged IFC files: cut off anywhere, bytes turned over, references that lead astray. Each must be
//! read as far as it goes or refused, within its memory and without a panic that gets out.

use crate::common::ifc::{HOUSE, house, house_with};
use tile_builder::read::Limits;
use tile_builder::read::ifc::{self, IfcErrorKind, Wanted};

/// Numbers that look random and are the same in every run (xorshift, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

fn read(bytes: Vec<u8>) -> Result<ifc::Model, IfcErrorKind> {
    ifc::read_bytes(bytes, Wanted::All, &Limits::default())
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    for at in (0..HOUSE.len() - 24).step_by(97) {
        let error = read(HOUSE.as_bytes()[..at].to_vec()).unwrap_err();
        let expected =
            matches!(error, IfcErrorKind::Empty | IfcErrorKind::NotIfc | IfcErrorKind::Truncated { .. });
        assert!(expected, "cut at {at}: {error}");
    }
}

#[test]
fn bytes_turned_over_never_get_out_as_a_panic() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let body = HOUSE.find("DATA;").unwrap()..HOUSE.rfind("ENDSEC").unwrap();
    for _ in 0..150 {
        let mut bytes = HOUSE.as_bytes().to_vec();
        for _ in 0..=random.below(6) {
            let at = body.start + random.below(body.len() as u64) as usize;
            bytes[at] = b" #,()$*'.-0123456789EABCIFX;="[random.below(28) as usize];
        }
        if let Ok(model) = read(bytes) {
            let count = model.nodes.len() as u32;
            assert!(model.uses.iter().all(|used| used.node < count));
            assert!(model.nodes.iter().all(|node| node.parent.is_none_or(|parent| parent < count)));
            let finite = |used: &ifc::Use| used.matrix.iter().all(|value| value.is_finite());
            assert!(model.uses.iter().all(finite));
        }
    }
}

#[test]
fn relations_in_a_circle_come_to_an_end() {
    let circle = "#300=IFCRELAGGREGATES('0000000000000000000300',$,$,$,#60,(#11));
#301=IFCRELAGGREGATES('0000000000000000000301',$,$,$,#50,(#60));";
    let model = read(house_with(circle).into_bytes()).unwrap();
    assert_eq!(model.nodes.len(), 15);
    for (at, node) in model.nodes.iter().enumerate() {
        assert!(node.parent.is_none_or(|parent| (parent as usize) < at), "{}", node.global_id);
    }
}

#[test]
fn complex_properties_in_one_another_come_to_an_end() {
    let nested = "#300=IFCCOMPLEXPROPERTY('inside',$,'x',(#300));
#301=IFCPROPERTYSET('0000000000000000000301',$,'Deep',$,(#300));
#302=IFCRELDEFINESBYPROPERTIES('0000000000000000000302',$,$,$,(#20),#301);";
    assert!(read(house_with(nested).into_bytes()).is_ok());
}

#[test]
fn numbers_that_are_none_place_nothing() {
    let wild = house(&[("IFCCARTESIANPOINT((1000.,5000.,0.))", "IFCCARTESIANPOINT((1.E400,5000.,0.))")]);
    let model = read(wild.into_bytes()).unwrap();
    assert!(model.uses.iter().all(|used| used.matrix.iter().all(|value| value.is_finite())));
}
