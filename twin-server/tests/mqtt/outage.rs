//! A broker that is away for a while, and one that is killed: nothing is lost that it could know of, nothing
//! counts twice, and viewers see how it all is in the end. `TWIN_OUTAGE_SECONDS` says how long it is away.

use std::collections::BTreeSet;
use std::time::Instant;

use super::mosquitto::Mosquitto;
use super::publisher::{Publisher, number};
use super::server::{Fed, STREAM};
use crate::common::events::Viewer;
use crate::common::process::{Process, folder};
use crate::common::{outage, until};

const BINS: [&str; 3] = ["bin-1", "bin-2", "bin-3"];

/// What was measured and acknowledged of each bin, and what of it the server has.
struct Outcome {
    measured: [BTreeSet<u32>; 3],
    stored: [BTreeSet<u32>; 3],
    /// Acknowledged before the broker went.
    before: [BTreeSet<u32>; 3],
}

/// Has gateways publish without end while the broker goes and comes back; waits until the server has their last
/// readings, and a viewer, too.
fn through_an_outage(broker: &mut Mosquitto, version: &str, end: fn(&mut Mosquitto)) -> Outcome {
    let folder = folder();
    let options = ["--mqtt", &broker.url(), "--mqtt-version", version, "--mqtt-client-id", version];
    let server = Process::start_with(folder.path(), &options).with_bins(&BINS).connected();
    let viewer = Viewer::follow(&server, None);
    let publishers = BINS.map(|bin| Publisher::start(broker.port, bin));
    until("the first readings", || BINS.iter().all(|bin| server.history(bin).len() > 20));
    broker.save();
    end(broker);
    until("the loss to be noticed", || server.broker()["connected"] == false);
    std::thread::sleep(outage());
    // By now no acknowledgement is on its way any more.
    let before = publishers.each_ref().map(Publisher::acknowledged);
    let started = Instant::now();
    broker.start_again();
    let server = server.connected();
    let connected = started.elapsed();
    let count = server.history(BINS[0]).len();
    until("readings after it", || server.history(BINS[0]).len() > count + 20);
    let measured = Publisher::finish(publishers);
    for (bin, measured) in BINS.iter().zip(&measured) {
        until("the last reading", || server.numbers(bin).last() == measured.last());
        let shown = || viewer.latest(bin, STREAM).map(|(time, _)| number(&time));
        until("the last state", || shown().as_ref() == measured.last());
    }
    assert_eq!(viewer.snapshots(), 1);
    let stored = BINS.map(|bin| server.numbers(bin));
    eprintln!(
        "MQTT {version}, broker away for {:?}: {} readings of {} acknowledged ones stored, {} of them came twice; \
         connected again after {connected:.1?}, all stored after {:.1?}",
        outage(),
        stored.iter().map(BTreeSet::len).sum::<usize>(),
        measured.iter().map(BTreeSet::len).sum::<usize>(),
        server.broker()["counts"]["duplicates"],
        started.elapsed(),
    );
    Outcome { measured, stored, before }
}

#[test]
fn a_broker_that_goes_and_comes_back_loses_nothing() {
    for version in ["5", "3.1.1"] {
        let Some(mut broker) = Mosquitto::start() else { return };
        let Outcome { measured, stored, before } = through_an_outage(&mut broker, version, Mosquitto::stop);
        assert!(before.iter().zip(&measured).all(|(before, measured)| before.len() < measured.len()));
        for (stored, measured) in stored.iter().zip(&measured) {
            let lost: Vec<&u32> = measured.difference(stored).collect();
            assert!(lost.is_empty(), "{} lost: {lost:?}", lost.len());
            assert_eq!(stored, measured);
        }
    }
}

#[test]
fn a_broker_that_is_killed_loses_at_most_what_it_had_not_saved() {
    for version in ["5", "3.1.1"] {
        let Some(mut broker) = Mosquitto::start() else { return };
        let Outcome { measured, stored, before } = through_an_outage(&mut broker, version, Mosquitto::kill);
        for ((stored, measured), before) in stored.iter().zip(&measured).zip(&before) {
            assert!(stored.is_subset(measured));
            let lost: BTreeSet<&u32> = measured.difference(stored).collect();
            assert!(lost.iter().all(|number| before.contains(*number)), "lost after the crash: {lost:?}");
        }
    }
}
