//! The frame of a file: units, place on the Earth, project, site, building, storeys.
//!
//! In: a walk-up and where its south-west corner stands. Out: a draft to be filled. Called by `mod`.

use super::colour::Colours;
use super::draft::{Draft, Level};
use super::model::{Model, Relation};
use super::properties::{PropertySet, area, boolean, integer, label, length, measure, one_of};
use super::shape::{Turn, area_m2, rectangle};
use super::step::{Ref, list, real, reals, text};
use super::types::Types;
use super::walk::{D, STOREY, State, Walk};

/// Where a building stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground {
    /// Name of the projected system.
    pub(crate) crs: &'static str,
    /// Easting, northing and height of the south-west corner at the ground, in metres.
    pub(crate) corner: [f64; 3],
    /// Cosine and sine of the angle from grid east to the building's x.
    pub(crate) turn: [f64; 2],
    /// Longitude and latitude of the corner in degrees.
    pub(crate) geographic: [f64; 2],
}

/// Longitude of the projection's central meridian.
const MERIDIAN_DEG: f64 = 120.0;

/// Begins a file.
pub(crate) fn begin<'a>(walk: &'a Walk<'a>, seed: u64, ground: &Ground, colours: Colours) -> Draft<'a> {
    let mut model = Model::new(seed, &walk.building.id());
    let context = contexts(&mut model, ground);
    let units = units(&mut model);
    let name = format!("柳岸新村{}号楼", walk.building.number);
    let phase = if walk.state == State::Renewed { "更新改造方案" } else { "现状" };
    let rest = format!("{},$,$,{},{},({context}),{units}", text(&name), text(&name), text(phase));
    let project = model.rooted("IFCPROJECT", "project", &rest);
    let site = site(&mut model, ground);
    model.relate(Relation::Parts, project, site.object);
    let building = building(&mut model, walk, site);
    model.relate(Relation::Parts, site.object, building.object);
    let storeys: Vec<Level> = (0..=walk.storeys).map(|k| storey(&mut model, walk, building, k)).collect();
    for level in &storeys {
        model.relate(Relation::Parts, building.object, level.object);
    }
    describe(&mut model, walk, building.object);
    Draft { model, types: Types::default(), walk, colours, building, storeys }
}

/// The coordinate system with its map conversion; bodies and axes within it.
fn contexts(model: &mut Model, ground: &Ground) -> Ref {
    let world = model.axes([0.0; 3], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]);
    // Grid north as the building sees it, less the convergence of the meridians.
    let [cos, sin] = ground.turn;
    let [longitude, latitude] = ground.geographic.map(f64::to_radians);
    let convergence = ((longitude - MERIDIAN_DEG.to_radians()).tan() * latitude.sin()).atan();
    let (north_sin, north_cos) = (sin.atan2(cos) - convergence).sin_cos();
    let north = model.step.value(format!("IFCDIRECTION({})", reals([north_sin, north_cos])));
    let context =
        model.step.add(format!("IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,0.01,{world},{north})"));
    let mut sub = |name: &str, view: &str| {
        model.step.add(format!(
            "IFCGEOMETRICREPRESENTATIONSUBCONTEXT('{name}','Model',*,*,*,*,{context},$,.{view}.,$)"
        ))
    };
    let (body, axis) = (sub("Body", "MODEL_VIEW"), sub("Axis", "GRAPH_VIEW"));
    model.set_contexts(body, axis);
    let metre = model.step.value("IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.)".to_owned());
    let crs = model.step.add(format!(
        "IFCPROJECTEDCRS('{}',{},'CGCS2000',$,'Gauss-Kruger','120E',{metre})",
        ground.crs,
        text("CGCS2000 / 3-degree Gauss-Kruger CM 120E"),
    ));
    let [east, north, height] = ground.corner.map(|v| real((v * 1e4).round() / 1e4));
    let [cos, sin] = ground.turn.map(real);
    model.step.add(format!("IFCMAPCONVERSION({context},{crs},{east},{north},{height},{cos},{sin},0.001)"));
    context
}

/// Millimetres for lengths, square and cubic metres, as most authoring tools write.
fn units(model: &mut Model) -> Ref {
    let si = [
        "*,.LENGTHUNIT.,.MILLI.,.METRE.",
        "*,.AREAUNIT.,$,.SQUARE_METRE.",
        "*,.VOLUMEUNIT.,$,.CUBIC_METRE.",
        "*,.PLANEANGLEUNIT.,$,.RADIAN.",
        "*,.MASSUNIT.,.KILO.,.GRAM.",
        "*,.TIMEUNIT.,$,.SECOND.",
        "*,.THERMODYNAMICTEMPERATUREUNIT.,$,.DEGREE_CELSIUS.",
    ];
    let mut all: Vec<Ref> = si.iter().map(|unit| model.step.value(format!("IFCSIUNIT({unit})"))).collect();
    all.push(model.step.value("IFCMONETARYUNIT('CNY')".to_owned()));
    model.step.add(format!("IFCUNITASSIGNMENT({})", list(all)))
}

/// Degrees as degrees, minutes, seconds and millionths of a second.
fn compound(degrees: f64) -> String {
    let millionths = (degrees * 3600.0 * 1e6).round() as i64;
    let (seconds, rest) = (millionths / 1_000_000, millionths % 1_000_000);
    format!("({},{},{},{rest})", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn site(model: &mut Model, ground: &Ground) -> Level {
    let place = model.place(None, [0; 3], Turn::East);
    let [longitude, latitude] = ground.geographic.map(compound);
    let height = real((ground.corner[2] * 1e3).round());
    let name = text("柳岸新村");
    let rest = format!("{name},$,$,{place},$,{name},.ELEMENT.,{latitude},{longitude},{height},$,$");
    Level { object: model.rooted("IFCSITE", "site", &rest), place }
}

fn building(model: &mut Model, walk: &Walk<'_>, site: Level) -> Level {
    let place = model.place(Some(site.place), [0; 3], Turn::East);
    let name = text(&format!("{}号楼", walk.building.number));
    let long = text(&format!("柳岸新村{}号楼", walk.building.number));
    let (town, region, country) = (text("苏州市"), text("江苏省"), text("中国"));
    let address =
        model.step.add(format!("IFCPOSTALADDRESS(.SITE.,$,$,$,({long}),$,{town},{region},$,{country})"));
    let kind = text("多层住宅");
    let rest = format!("{name},$,{kind},{place},$,{long},.ELEMENT.,$,$,{address}");
    Level { object: model.rooted("IFCBUILDING", "building", &rest), place }
}

fn storey(model: &mut Model, walk: &Walk<'_>, building: Level, storey: usize) -> Level {
    let elevation = STOREY * storey as i32;
    let place = model.place(Some(building.place), [0, 0, elevation], Turn::East);
    let roof = storey == walk.storeys;
    let digits = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let name = if roof { "屋面".to_owned() } else { format!("{}F", storey + 1) };
    let long = if roof { "屋面层".to_owned() } else { format!("{}层", digits[storey % digits.len()]) };
    let height = real(f64::from(elevation));
    let rest = format!("{},$,$,{place},$,{},.ELEMENT.,{height}", text(&name), text(&long));
    let object = model.rooted("IFCBUILDINGSTOREY", &format!("storey/{}", storey + 1), &rest);
    if !roof {
        let face = area_m2(&rectangle([0, 0], [walk.length, D]));
        let values = vec![("GrossHeight", length(STOREY)), ("GrossFloorArea", area(face))];
        model.describe(object, PropertySet::new("Qto_BuildingStoreyBaseQuantities", values));
    }
    Level { object, place }
}

/// What is known about the building as a whole.
fn describe(model: &mut Model, walk: &Walk<'_>, building: Ref) {
    let b = walk.building;
    let face = area_m2(&rectangle([0, 0], [walk.length, D])) * walk.storeys as f64;
    let renewed = walk.state == State::Renewed;
    model.describe(
        building,
        PropertySet::new(
            "Pset_BuildingCommon",
            vec![
                ("Reference", label(b.id())),
                ("YearOfConstruction", label(b.year_built.to_string())),
                ("NumberOfStoreys", integer(i64::from(b.storeys))),
                ("OccupancyType", label("住宅")),
                ("GrossPlannedArea", measure("IFCAREAMEASURE", (face * 100.0).round() / 100.0)),
                ("IsLandmarked", boolean(false)),
            ],
        ),
    );
    let stages = ["未列入计划", "方案公示", "施工中", "已竣工"];
    let mut values = vec![
        ("建成年份", integer(i64::from(b.year_built))),
        ("结构形式", label("砖混结构")),
        ("户数", integer(i64::from(b.households))),
        ("单元数", integer(walk.units as i64)),
        ("改造阶段", one_of(stages[usize::from(renewed)], &stages)),
        ("有无电梯", boolean(renewed)),
    ];
    if renewed {
        let cost = 620_000.0 * walk.units as f64 + face * 185.0;
        values.push(("改造项目", label("加装电梯与外墙节能改造")));
        values.push(("投资估算", measure("IFCMONETARYMEASURE", (cost / 1e4).round() * 1e4)));
        values.push(("设计节能率", measure("IFCRATIOMEASURE", 0.65)));
    }
    model.describe(building, PropertySet::new("改造信息", values));
    describe_check_up(model, walk, building);
}

/// What the last check-up said about the building.
fn describe_check_up(model: &mut Model, walk: &Walk<'_>, building: Ref) {
    let b = walk.building;
    let grades = ["A", "B", "C", "D"];
    let values = vec![
        ("体检日期", super::properties::date("2024-09-18")),
        ("房屋安全等级", one_of(if b.year_built < 1988 { "C" } else { "B" }, &grades)),
        ("外墙渗漏", boolean(b.style.age > 0.7)),
        ("屋面渗漏", boolean(!b.hipped)),
        ("饰面老化程度", measure("IFCRATIOMEASURE", f64::from((b.style.age * 100.0).round()) / 100.0)),
    ];
    model.describe(building, PropertySet::new("体检结果", values));
}

/// Tables of GB/T 51269-2017: number, name, and the IFC classes that it covers here.
const TABLES: [(&str, &str, &[&str]); 4] = [
    ("10", "按功能分建筑物", &["IFCBUILDING"]),
    ("12", "按功能分建筑空间", &["IFCSPACE"]),
    (
        "14",
        "元素",
        &[
            "IFCWALLSTANDARDCASE",
            "IFCWALL",
            "IFCSLAB",
            "IFCBEAM",
            "IFCCOLUMN",
            "IFCPLATE",
            "IFCROOF",
            "IFCSTAIR",
            "IFCSTAIRFLIGHT",
            "IFCRAILING",
            "IFCDOOR",
            "IFCWINDOW",
            "IFCCOVERING",
            "IFCPIPESEGMENT",
            "IFCTRANSPORTELEMENT",
            "IFCUNITARYEQUIPMENT",
        ],
    ),
    ("30", "建筑产品", &["IFCDOORTYPE", "IFCWINDOWTYPE", "IFCPIPESEGMENTTYPE", "IFCUNITARYEQUIPMENTTYPE"]),
];

/// Declares the types and says where elements and spaces stand in the Chinese classification. Only its tables
/// are named: which of a table's codes fits is agreed in each project.
pub(crate) fn classify(draft: &mut Draft<'_>) {
    let types = draft.types.all();
    let model = &mut draft.model;
    let project = model.all_of(&["IFCPROJECT"]);
    if let (Some(project), false) = (project.first(), types.is_empty()) {
        model.rooted("IFCRELDECLARES", "project/types", &format!("$,$,{project},{}", list(&types)));
    }
    let source = model.step.add(format!(
        "IFCCLASSIFICATION({},'2017','2017-10-25',{},$,$,('-','.'))",
        text("中华人民共和国住房和城乡建设部"),
        text("GB/T 51269-2017 建筑信息模型分类和编码标准"),
    ));
    for (code, name, classes) in TABLES {
        let name = text(name);
        let class = model.step.add(format!("IFCCLASSIFICATIONREFERENCE($,'{code}',{name},{source},$,$)"));
        for object in model.all_of(classes) {
            model.relate(Relation::Classified, class, object);
        }
    }
}
