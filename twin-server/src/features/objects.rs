//! Objects of the model as collections of outlines: one collection a class.

use std::sync::Arc;

use twin_schemas::geometry::LocalBox;
use twin_schemas::model::{BuildingPart, ModelObject, ObjectClass};

use super::collection::{About, Collection, Gone, Visit};
use super::item::{Item, Shape, Value};
use super::schema::{Path, Property, PropertyType, Schema};
use super::source::Source;
use crate::domain::bounds::LocalRect;

/// The group of what a building model says of an object outside of property sets.
pub(super) const ATTRIBUTES: &str = "attributes";

/// Classes that are collections, and what people are told of them.
pub(super) const CLASSES: [(ObjectClass, About); 5] = [
    (ObjectClass::Zone, about("zones", ["组团", "Zones"], ["社区的组团。", "Zones of the community."])),
    (
        ObjectClass::Building,
        about("buildings", ["建筑", "Buildings"], ["建筑轮廓。", "Outlines of buildings."]),
    ),
    (
        ObjectClass::Storey,
        about("storeys", ["楼层", "Storeys"], ["建筑模型的楼层。", "Storeys of building models."]),
    ),
    (
        ObjectClass::Space,
        about(
            "spaces",
            ["空间", "Spaces"],
            ["建筑模型的房间和空间。", "Rooms and spaces of building models."],
        ),
    ),
    (
        ObjectClass::Element,
        about(
            "elements",
            ["构件", "Elements"],
            [
                "建筑模型的构件：墙、门、窗、管道等。",
                "Elements of building models: walls, doors, windows, pipes.",
            ],
        ),
    ),
];

const fn about(id: &'static str, title: [&'static str; 2], description: [&'static str; 2]) -> About {
    About { id, title, description, has_times: false, is_live: false, needs: None }
}

/// All objects of a class.
pub(super) struct Objects {
    pub(super) class: ObjectClass,
    pub(super) about: &'static About,
    pub(super) source: Source,
    pub(super) schema: Arc<Schema>,
}

impl Collection for Objects {
    fn about(&self) -> &About {
        self.about
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn count(&self) -> u64 {
        self.source.now().count(self.class)
    }

    fn extent(&self) -> Option<LocalBox> {
        self.source.now().extent(self.class)
    }

    fn get(&self, id: &str, visit: &mut dyn FnMut(&dyn Item)) -> bool {
        let object = self.source.object(self.class, id);
        if let Some(object) = &object {
            visit(object);
        }
        object.is_some()
    }

    fn scan(&self, area: Option<&LocalRect>, after: Option<&str>, visit: &mut Visit<'_>) -> Result<(), Gone> {
        self.source.objects(self.class, area, after, &mut |object| visit(object))
    }
}

impl Item for ModelObject {
    fn id(&self) -> &str {
        &self.id
    }

    fn value(&self, property: &Property) -> Value<'_> {
        match &property.path {
            Path::Field(name) => field(self, name),
            Path::Extra(name) => Value::of_json(self.properties.get(name)),
            Path::Grouped { group, name } => {
                let Some(bim) = &self.bim else { return Value::Null };
                if group == ATTRIBUTES {
                    return Value::text(bim.attributes.get(name).map(String::as_str));
                }
                Value::of_json(bim.property_sets.get(group).and_then(|set| set.get(name)))
            }
        }
    }

    fn shape(&self) -> Shape<'_> {
        if self.footprint.is_empty() {
            Shape::Box(self.bounds)
        } else {
            Shape::Outline { polygons: &self.footprint, bounds: self.bounds }
        }
    }
}

fn field<'o>(object: &'o ModelObject, name: &str) -> Value<'o> {
    let bim = object.bim.as_deref();
    match name {
        "id" => Value::text(Some(&object.id)),
        "name" => Value::text(object.name.zh.as_deref().or(object.name.en.as_deref())),
        "name_zh" => Value::text(object.name.zh.as_deref()),
        "name_en" => Value::text(object.name.en.as_deref()),
        "parent" => Value::text(object.parent.as_deref()),
        "zone" => Value::text(object.zone.as_deref()),
        "east_m" => Value::Number(object.bounds.middle().east_m),
        "north_m" => Value::Number(object.bounds.middle().north_m),
        "bottom_m" => Value::Number(object.bounds.min.up_m),
        "top_m" => Value::Number(object.bounds.max.up_m),
        "height_m" => Value::Number(object.bounds.max.up_m - object.bounds.min.up_m),
        "source" => Value::text(bim.map(|bim| &*bim.source)),
        "global_id" => Value::text(bim.map(|bim| &*bim.global_id)),
        "ifc_class" => Value::text(bim.map(|bim| &*bim.ifc_class)),
        "storey" => Value::text(bim.and_then(|bim| bim.storey.as_deref())),
        "part" => Value::text(bim.and_then(|bim| bim.part).map(part)),
        "elevation_m" => bim.and_then(|bim| bim.elevation_m).map_or(Value::Null, Value::Number),
        "type_name" => Value::text(bim.and_then(|bim| bim.type_name.as_deref())),
        "materials" => {
            bim.map_or(Value::Null, |bim| Value::List(bim.materials.iter().map(String::as_str).collect()))
        }
        _ => Value::Null,
    }
}

fn part(part: BuildingPart) -> &'static str {
    match part {
        BuildingPart::Exterior => "exterior",
        BuildingPart::Interior => "interior",
        BuildingPart::Space => "space",
    }
}

pub(super) fn own_properties() -> Vec<Property> {
    use PropertyType::Text;
    vec![
        Property::field("id", Text, "编号", "Id"),
        Property::field("name", Text, "名称", "Name"),
        Property::field("name_zh", Text, "中文名称", "Chinese name"),
        Property::field("name_en", Text, "英文名称", "English name"),
        Property::field("parent", Text, "上级对象", "Object that it is part of"),
        Property::field("zone", Text, "所在组团", "Zone that it stands in"),
        Property::metres("east_m", "中心东向坐标", "Middle, east of the origin"),
        Property::metres("north_m", "中心北向坐标", "Middle, north of the origin"),
        Property::metres("bottom_m", "底部高程", "Lowest point above the origin"),
        Property::metres("top_m", "顶部高程", "Highest point above the origin"),
        Property::metres("height_m", "高度", "Height"),
    ]
}

pub(super) fn model_properties() -> Vec<Property> {
    use PropertyType::{Text, TextList};
    vec![
        Property::field("source", Text, "模型来源", "Building model"),
        Property::field("global_id", Text, "IFC 全局标识", "IFC GlobalId"),
        Property::field("ifc_class", Text, "IFC 类别", "IFC class"),
        Property::field("storey", Text, "所在楼层", "Storey that it belongs to"),
        Property {
            values: &["exterior", "interior", "space"],
            ..Property::field("part", Text, "建筑部位", "Part of the building")
        },
        Property::metres("elevation_m", "标高", "Elevation"),
        Property::field("type_name", Text, "类型名称", "Name of its type"),
        Property::field("materials", TextList, "材料", "Materials"),
    ]
}
