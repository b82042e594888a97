//! Colours that the library misses: a style on an operand of a boolean result.
//!
//! In: the records. Out: the colour of a representation item, found on the item itself or, where it
//! is a boolean result, on its first operand, and so on down. Called by `shapes` for meshes whose
//! item has no style of its own. Only files that have such styles pay for the table.

use std::collections::HashMap;

use ifc_lite_core::AttributeValue;

use super::records::{Records, Step, number, reference, references};

/// Boolean results and styles are nested no deeper than this.
const DEPTH: usize = 32;

/// The styles of a file's items.
pub(super) struct Colours {
    styled: HashMap<Step, [u8; 4]>,
}

impl Colours {
    /// Finds the styles of all items, if the file has boolean results.
    pub(super) fn find(records: &Records<'_>) -> Self {
        let mut styled = HashMap::new();
        let boolean = ["IFCBOOLEANRESULT", "IFCBOOLEANCLIPPINGRESULT"]
            .iter()
            .any(|class| !records.list(class).is_empty());
        if boolean {
            for step in records.list("IFCSTYLEDITEM") {
                let Some(record) = records.get(*step) else { continue };
                let Some(item) = reference(&record, 0) else { continue };
                if let Some(colour) = surface(records, &references(&record, 1), 0) {
                    styled.entry(item).or_insert(colour);
                }
            }
        }
        Self { styled }
    }

    /// The colour of an item's first operand, if the item has none itself.
    pub(super) fn below(&self, records: &Records<'_>, item: Step) -> Option<[u8; 4]> {
        if self.styled.is_empty() {
            return None;
        }
        let mut at = item;
        for _ in 0..DEPTH {
            if let Some(colour) = self.styled.get(&at) {
                return (at != item).then_some(*colour);
            }
            match records.class(at)?.as_str() {
                // Operator, first operand, second operand.
                "IFCBOOLEANRESULT" | "IFCBOOLEANCLIPPINGRESULT" => at = reference(&records.get(at)?, 1)?,
                "IFCCSGSOLID" => at = reference(&records.get(at)?, 0)?,
                _ => return None,
            }
        }
        None
    }
}

/// The colour of the first surface style among some styles.
fn surface(records: &Records<'_>, styles: &[Step], depth: usize) -> Option<[u8; 4]> {
    if depth > 4 {
        return None;
    }
    styles.iter().find_map(|step| {
        let record = records.get(*step)?;
        match records.class(*step)?.as_str() {
            "IFCPRESENTATIONSTYLEASSIGNMENT" => surface(records, &references(&record, 0), depth + 1),
            "IFCSURFACESTYLE" => references(&record, 2).into_iter().find_map(|step| shading(records, step)),
            _ => None,
        }
    })
}

/// The colour of a shading or rendering, with its transparency.
fn shading(records: &Records<'_>, step: Step) -> Option<[u8; 4]> {
    let class = records.class(step)?;
    if class != "IFCSURFACESTYLESHADING" && class != "IFCSURFACESTYLERENDERING" {
        return None;
    }
    let record = records.get(step)?;
    let rgb = records.get(reference(&record, 0)?)?;
    let byte = |value: f64| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    let part = |at: usize| number(&rgb, at).map(byte);
    let transparency = record.get(1).and_then(AttributeValue::as_float).unwrap_or(0.0);
    Some([part(1)?, part(2)?, part(3)?, byte(1.0 - transparency)])
}
