//! Textured meshes and areas, written as a producer would.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Makes a file look as if it had been there for a while.
pub(crate) fn aged(path: &Path, minutes: u64) {
    let time = SystemTime::now() - Duration::from_secs(minutes * 60);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

/// Writes a file that looks as if it had been there for a while.
pub(crate) fn write_old(path: &Path, bytes: &[u8], minutes: u64) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
    aged(path, minutes);
}

/// A rectangle of two triangles for each of `n` × `n` fields, as high as `height` says of the shares of
/// its edges, with texture coordinates as on a map: lines of an OBJ.
pub(crate) fn sheet(n: usize, [width, depth]: [f64; 2], height: impl Fn(f64, f64) -> f64) -> String {
    let mut obj = String::new();
    for (x, y) in (0..=n).flat_map(|y| (0..=n).map(move |x| (x, y))) {
        let [u, v] = [x, y].map(|at| at as f64 / n as f64);
        writeln!(obj, "v {:.3} {:.3} {:.3}\nvt {u:.6} {v:.6}", u * width, v * depth, height(u, v)).unwrap();
    }
    for (x, y) in (0..n).flat_map(|y| (0..n).map(move |x| (x, y))) {
        let at = |x: usize, y: usize| y * (n + 1) + x + 1;
        let [a, b, c, d] = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
        writeln!(obj, "f {a}/{a} {b}/{b} {c}/{c}\nf {a}/{a} {c}/{c} {d}/{d}").unwrap();
    }
    obj
}

/// A hilly square with a texture, as an OBJ of two triangles for each of `n` × `n` fields.
pub(crate) fn hills(folder: &Path, n: usize) -> PathBuf {
    let height = |u: f64, v: f64| 5.0 * (u * 9.0).sin() * (v * 7.0).cos();
    let obj = format!("mtllib hills.mtl\nusemtl ground\n{}", sheet(n, [400.0, 400.0], height));
    let path = folder.join("hills.obj");
    std::fs::write(&path, obj).unwrap();
    std::fs::write(folder.join("hills.mtl"), "newmtl ground\nmap_Kd hills.png\n").unwrap();
    let colour = |x: u32, y: u32| {
        image::Rgb([(x / 2) as u8, (y / 2) as u8, if (x / 16 + y / 16).is_multiple_of(2) { 40 } else { 200 }])
    };
    image::RgbImage::from_fn(512, 512, colour).save(folder.join("hills.png")).unwrap();
    path
}

/// An OBJ of a flat square of 200 m with two pictures, west and east, and a block of 20 × 20 × 15 m in
/// its middle. Its fields are `step_m` wide.
pub(crate) fn block(folder: &Path, step_m: usize) -> PathBuf {
    let n = 200 / step_m;
    let mut obj = String::from("mtllib block.mtl\n");
    for (x, y) in (0..=n).flat_map(|y| (0..=n).map(move |x| (x * step_m, y * step_m))) {
        let up = if (90..=110).contains(&x) && (90..=110).contains(&y) { 15.0 } else { 0.0 };
        let [u, v] = [x, y].map(|at| at as f64 / 200.0);
        writeln!(obj, "v {x} {y} {up}\nvt {u:.6} {v:.6}").unwrap();
    }
    for (material, columns) in [("west", 0..n / 2), ("east", n / 2..n)] {
        writeln!(obj, "usemtl {material}").unwrap();
        for (x, y) in columns.flat_map(|x| (0..n).map(move |y| (x, y))) {
            let at = |x: usize, y: usize| y * (n + 1) + x + 1;
            let [a, b, c, d] = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
            writeln!(obj, "f {a}/{a} {b}/{b} {c}/{c}\nf {a}/{a} {c}/{c} {d}/{d}").unwrap();
        }
    }
    let path = folder.join("block.obj");
    write_old(&path, obj.as_bytes(), 10);
    let materials = "newmtl west\nmap_Kd west.png\nnewmtl east\nmap_Kd east.png\n";
    write_old(&folder.join("block.mtl"), materials.as_bytes(), 10);
    for (name, red) in [("west.png", 200), ("east.png", 90)] {
        picture(&folder.join(name), red, 10);
    }
    path
}

/// A picture of 64 × 64 px in one colour.
pub(crate) fn picture(path: &Path, red: u8, minutes: u64) {
    image::RgbImage::from_pixel(64, 64, image::Rgb([red, 120, 90])).save(path).unwrap();
    aged(path, minutes);
}

/// A GeoJSON file of one rectangle, in metres east and north of 22.5° N, 113.4° E, roughly.
pub(crate) fn rectangle(path: &Path, id: &str, sides: [f64; 4]) {
    rectangles(path, &[(id.to_owned(), sides)]);
}

/// The same of several: west, south, east and north of each.
pub(crate) fn rectangles(path: &Path, all: &[(String, [f64; 4])]) {
    let place = |x: f64, y: f64| format!("[{:.9},{:.9}]", 113.4 + x / 102_900.0, 22.5 + y / 110_740.0);
    let feature = |(id, [west, south, east, north]): &(String, [f64; 4])| {
        let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
        let ring = corners.map(|(x, y)| place(*x, *y)).join(",");
        format!(
            r#"{{"type":"Feature","id":"{id}","properties":{{}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#
        )
    };
    let features: Vec<String> = all.iter().map(feature).collect();
    std::fs::write(path, format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",")))
        .unwrap();
}

/// A plan of one source at that place, with lines about its partition.
pub(crate) fn plan(folder: &Path, kind: &str, path: &str, partition: &str) -> PathBuf {
    let text = format!(
        "[community]\nid = \"c\"\n[[source]]\nid = \"survey\"\nkind = \"{kind}\"\npath = \"{path}\"\n\
         crs = \"ENU:22.5,113.4\"\n[partition]\n{partition}\n"
    );
    let file = folder.join("plan.toml");
    std::fs::write(&file, text).unwrap();
    file
}
