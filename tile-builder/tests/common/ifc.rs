//! Small building models as text, written here so that each test can show what it is about.

/// A house of one storey and a roof storey in millimetres: a wall with an opening and a door in it, a
/// room with a chair, and six equal columns of one type.
pub(crate) const HOUSE: &str = include_str!("house.ifc");

/// [`HOUSE`] with some of its text replaced; every text must be there.
pub(crate) fn house(changes: &[(&str, &str)]) -> String {
    let mut text = HOUSE.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "the house has no `{from}`");
        text = text.replace(from, to);
    }
    text
}

/// [`HOUSE`] with more records.
pub(crate) fn house_with(records: &str) -> String {
    house(&[("ENDSEC;\nEND-ISO", &format!("{records}\nENDSEC;\nEND-ISO"))])
}
