//! Devices with their status and latest readings as a collection of points.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use time::OffsetDateTime;
use twin_schemas::geometry::LocalBox;
use twin_schemas::live::DeviceStatus;

use super::collection::{About, Collection, Gone, Visit};
use super::item::{Item, Shape, Value};
use super::schema::{GeometryKind, Path, Property, PropertyType, Schema};
use super::source::Source;
use crate::domain::bounds::LocalRect;
use crate::domain::kinds::DeviceKinds;
use crate::domain::permission::Action;
use crate::live::Entry;

/// What people are told.
pub(super) const ABOUT: About = About {
    id: "devices",
    title: ["设备", "Devices"],
    description: [
        "设备的位置、状态和最新读数。时间查询针对状态开始时刻和最新读数时刻。",
        "Devices with place, status and latest readings. Times are those of the status and of the latest reading.",
    ],
    has_times: true,
    is_live: true,
    needs: Some(Action::ReadDevices),
};

/// All devices.
pub(super) struct Devices {
    pub(super) source: Source,
    pub(super) schema: std::sync::Arc<Schema>,
}

/// The schema of devices of these kinds: every stream of any kind is a property.
pub(super) fn schema(kinds: &DeviceKinds) -> Schema {
    use PropertyType::{Instant, Text};
    let mut properties = vec![
        Property::field("id", Text, "编号", "Id"),
        Property::field("name", Text, "名称", "Name"),
        Property::field("name_zh", Text, "中文名称", "Chinese name"),
        Property::field("name_en", Text, "英文名称", "English name"),
        Property::field("kind", Text, "类型", "Kind"),
        Property { values: &DeviceStatus::WORDS, ..Property::field("status", Text, "状态", "Status") },
        Property::field("status_since", Instant, "状态开始时刻", "Status since"),
        Property::field("reason_zh", Text, "原因（中文）", "Reason (Chinese)"),
        Property::field("reason_en", Text, "原因（英文）", "Reason (English)"),
        Property::field("object", Text, "所属对象", "Object that it belongs to"),
        Property::field("last_reading", Instant, "最新读数时刻", "Latest reading at"),
        Property {
            unit: "s".into(),
            ..Property::field("clock_offset_s", PropertyType::Number, "时钟偏差", "Clock ahead by")
        },
        Property::metres("east_m", "东向坐标", "East of the origin"),
        Property::metres("north_m", "北向坐标", "North of the origin"),
        Property::metres("up_m", "高程", "Above the origin"),
    ];
    let mut streams = BTreeMap::new();
    for kind in kinds.list() {
        for (id, stream) in &kind.streams {
            streams.entry(id).or_insert(stream);
        }
    }
    properties.extend(
        streams
            .into_iter()
            .map(|(id, stream)| {
                let taken = properties.iter().any(|property| property.name == *id);
                Property {
                    name: if taken { format!("stream_{id}") } else { id.clone() },
                    kind: PropertyType::Number,
                    title: stream.name.clone(),
                    unit: stream.unit.clone(),
                    values: &[],
                    listed: true,
                    path: Path::Extra(id.clone()),
                }
            })
            .collect::<Vec<_>>(),
    );
    Schema::new(properties, GeometryKind::Point)
}

impl Collection for Devices {
    fn about(&self) -> &About {
        &ABOUT
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn count(&self) -> u64 {
        self.source.device_count()
    }

    fn extent(&self) -> Option<LocalBox> {
        self.source.device_extent()
    }

    fn get(&self, id: &str, visit: &mut dyn FnMut(&dyn Item)) -> bool {
        let entry = self.source.device(id);
        if let Some(entry) = &entry {
            visit(entry);
        }
        entry.is_some()
    }

    fn scan(&self, area: Option<&LocalRect>, after: Option<&str>, visit: &mut Visit<'_>) -> Result<(), Gone> {
        self.source.devices(area, after, &mut |entry| -> ControlFlow<()> { visit(entry) });
        Ok(())
    }
}

impl Item for Entry {
    fn id(&self) -> &str {
        &self.device.id
    }

    fn value(&self, property: &Property) -> Value<'_> {
        let device = &self.device;
        let name = match &property.path {
            Path::Field(name) => *name,
            Path::Extra(stream) => {
                return self
                    .state
                    .latest_of(stream)
                    .map_or(Value::Null, |latest| Value::Number(latest.value));
            }
            Path::Grouped { .. } => return Value::Null,
        };
        match name {
            "id" => Value::text(Some(&device.id)),
            "name" => Value::text(device.name.zh.as_deref().or(device.name.en.as_deref())),
            "name_zh" => Value::text(device.name.zh.as_deref()),
            "name_en" => Value::text(device.name.en.as_deref()),
            "kind" => Value::text(Some(&device.kind)),
            "status" => Value::text(Some(self.state.status().0.word())),
            "status_since" => Value::instant(self.state.status().1),
            "reason_zh" => Value::made(self.state.reason().and_then(|reason| reason.zh)),
            "reason_en" => Value::made(self.state.reason().and_then(|reason| reason.en)),
            "object" => Value::text(device.object.as_deref()),
            "last_reading" => Value::instant(last_reading(self)),
            "clock_offset_s" => {
                let clock = self.state.clock();
                clock.map_or(Value::Null, |clock| Value::Number(clock.offset_ms as f64 / 1_000.0))
            }
            "east_m" => Value::Number(device.position.east_m),
            "north_m" => Value::Number(device.position.north_m),
            "up_m" => Value::Number(device.position.up_m),
            _ => Value::Null,
        }
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Point(self.device.position)
    }

    fn times(&self) -> Vec<OffsetDateTime> {
        self.state.status().1.into_iter().chain(last_reading(self)).collect()
    }
}

fn last_reading(entry: &Entry) -> Option<OffsetDateTime> {
    entry.state.latest().map(|(_, reading)| reading.time).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_of_every_kind_is_a_property() {
        let kinds = DeviceKinds::built_in().unwrap();
        let schema = schema(&kinds);
        for kind in kinds.list() {
            for (id, stream) in &kind.streams {
                let unit = schema.properties().iter().find(|p| p.path == Path::Extra(id.clone())).unwrap();
                assert_eq!(unit.unit, stream.unit, "{id}");
            }
        }
    }
}
