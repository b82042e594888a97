//! Throughput of the two steps that a survey spends its time in: reading and encoding.
//!
//! Input: one tile of the generated sample, so that the bench runs anywhere. Compare runs with
//! criterion's own baselines; `scripts/bench` gives whole-process ratios on real surveys.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tile_builder::encode;
use tile_builder::read::{Limits, osgb};
use tile_builder::sample::{self, Detail, SampleOptions};
use tile_builder::scene::{Finer, LodNode, Mesh};

fn meshes(node: &LodNode, out: &mut Vec<Mesh>) {
    out.extend(node.meshes.iter().cloned());
    for finer in &node.finer {
        if let Finer::Node(node) = finer {
            meshes(node, out);
        }
    }
}

fn largest_file(folder: &std::path::Path) -> Option<Vec<u8>> {
    let tile = std::fs::read_dir(folder.join("survey/Data")).ok()?.flatten().next()?.path();
    let files = std::fs::read_dir(tile).ok()?.flatten().filter_map(|entry| std::fs::read(entry.path()).ok());
    files.max_by_key(Vec::len)
}

fn oblique(criterion: &mut Criterion) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let out = folder.path().join("sample");
    let options = SampleOptions { tiles: 1, detail: Detail::Light, ..SampleOptions::new(&out) };
    if sample::run(&options, &|_| {}).is_err() {
        return;
    }
    let Some(bytes) = largest_file(&out) else { return };
    let limits = Limits::default();
    let read = || {
        osgb::parse(&bytes, "bench.osgb", &limits).and_then(|f| f.levels(&limits, &|_| Err(String::new())))
    };
    let mut all = Vec::new();
    if let Ok(levels) = read() {
        levels.nodes.iter().for_each(|node| meshes(node, &mut all));
    }
    let mut group = criterion.benchmark_group("oblique");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("read", |bencher| bencher.iter(read));
    group.bench_function("encode", |bencher| bencher.iter(|| encode::encode(&all, 0.004)));
    group.finish();
}

criterion_group!(benches, oblique);
criterion_main!(benches);
