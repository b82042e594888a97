//! The state of a device: readings and the passing of time come in, a status with its reason goes
//! out. Called by the ingest writer, at start and by the silence clock.
//!
//! The rule, whole: every stream's latest plausible reading is held against the bands of the
//! device's kind. A device whose newest reading is older than `silence_s`, or that has none, counts
//! as offline. The worst of all these is the status ([`DeviceStatus`] is ordered), so a smoke alarm
//! stays an alarm when the detector then falls silent.

use time::{Duration, OffsetDateTime};
use twin_schemas::LocalizedText;
use twin_schemas::live::{Clock, Device, DeviceKind, DeviceStatus, DeviceView, LatestReading};

use super::clock::ClockWatch;
use super::reading::CheckedReading;

/// What is known about a device beyond its registration.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceState {
    /// By id. A list, because there are few and a hundred thousand devices have one each.
    streams: Vec<StreamState>,
    status: DeviceStatus,
    since: Option<OffsetDateTime>,
    reason: Option<Reason>,
    /// There once a reading has come with a time of its own: many devices never send one.
    clock: Option<Box<ClockWatch>>,
}

/// Why a device is not normal. Words are made when somebody looks: most readings change nothing.
#[derive(Debug, Clone, PartialEq)]
enum Reason {
    NeverReported,
    /// Of a time that is past: nothing is stored from then or before.
    NothingKept,
    Silence {
        after_s: u32,
    },
    /// What a band of the kind means.
    Band(Box<LocalizedText>),
}

/// A reason, with the band as the kind has it.
#[derive(Debug, Clone, Copy)]
enum Because<'k> {
    NeverReported,
    Silence { after_s: u32 },
    Band(&'k LocalizedText),
}

impl Because<'_> {
    fn is(self, reason: &Reason) -> bool {
        match (self, reason) {
            (Self::NeverReported, Reason::NeverReported) => true,
            (Self::Silence { after_s: this }, Reason::Silence { after_s }) => this == *after_s,
            (Self::Band(this), Reason::Band(meaning)) => *this == **meaning,
            _ => false,
        }
    }

    fn kept(self) -> Reason {
        match self {
            Self::NeverReported => Reason::NeverReported,
            Self::Silence { after_s } => Reason::Silence { after_s },
            Self::Band(meaning) => Reason::Band(Box::new(meaning.clone())),
        }
    }
}

/// What is known about a stream of a device.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamState {
    /// Id of the stream.
    pub id: Box<str>,
    /// Newest instant stored, implausible readings included.
    pub newest: OffsetDateTime,
    /// Latest plausible reading.
    pub latest: Option<LatestReading>,
}

impl Default for DeviceState {
    fn default() -> Self {
        Self {
            streams: Vec::new(),
            status: DeviceStatus::Offline,
            since: None,
            reason: Some(Reason::NeverReported),
            clock: None,
        }
    }
}

/// A status and why it holds.
#[derive(Debug, Clone, Copy)]
struct Standing<'k> {
    status: DeviceStatus,
    since: Option<OffsetDateTime>,
    reason: Option<Because<'k>>,
}

impl DeviceState {
    /// The state as it was before a restart: what the store holds of each stream, and the status
    /// that was last written down with its instant.
    #[must_use]
    pub fn restored(
        mut streams: Vec<StreamState>,
        recorded: Option<(DeviceStatus, OffsetDateTime)>,
        kind: &DeviceKind,
        now: OffsetDateTime,
    ) -> Self {
        streams.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let mut state = Self { streams, ..Self::default() };
        if let Some((status, since)) = recorded {
            (state.status, state.since) = (status, Some(since));
        }
        state.refit(kind, now);
        state
    }

    /// The state as it was at an instant: what the store held of each stream by then, judged as it was judged then.
    /// Since when the status held is known of silence alone: of others the readings before would have to be looked at.
    #[must_use]
    pub fn at(streams: Vec<StreamState>, kind: &DeviceKind, at: OffsetDateTime) -> Self {
        let mut state = Self::restored(streams, None, kind, at);
        if state.status != DeviceStatus::Offline {
            state.since = None;
        }
        // It may have reported since, or before what is kept.
        if state.streams.is_empty() {
            state.reason = Some(Reason::NothingKept);
        }
        state
    }

    /// Whether a reading at this instant is newer than everything stored of the stream, and so
    /// cannot be there already.
    #[must_use]
    pub fn is_newest(&self, stream: &str, time: OffsetDateTime) -> bool {
        self.newest_of(stream).is_none_or(|newest| time > newest)
    }

    /// Newest instant stored of all streams.
    #[must_use]
    pub fn newest(&self) -> Option<OffsetDateTime> {
        self.streams.iter().map(|stream| stream.newest).max()
    }

    /// Newest instant stored of a stream, implausible readings included.
    #[must_use]
    pub fn newest_of(&self, stream: &str) -> Option<OffsetDateTime> {
        self.stream(stream).map(|stream| stream.newest)
    }

    /// Takes in a stored reading. A late one changes nothing that newer ones decided.
    /// True if anything that viewers see changed.
    pub fn observe(&mut self, reading: &CheckedReading, kind: &DeviceKind, now: OffsetDateTime) -> bool {
        let fresh = || StreamState { id: reading.stream.as_str().into(), newest: reading.time, latest: None };
        let at = self.place(&reading.stream).unwrap_or_else(|at| {
            self.streams.reserve_exact(1);
            self.streams.insert(at, fresh());
            at
        });
        let Some(stream) = self.streams.get_mut(at) else { return false };
        stream.newest = stream.newest.max(reading.time);
        let moves =
            reading.plausible && stream.latest.as_ref().is_none_or(|latest| reading.time > latest.time);
        if moves {
            stream.latest = Some(LatestReading { value: reading.value, time: reading.time });
        }
        // An implausible reading still shows that the device is alive.
        self.settle(kind, now) || moves
    }

    /// Takes in when a reading was measured by the device's own clock. True if anything that viewers see changed.
    pub fn note_clock(&mut self, measured: OffsetDateTime, received: OffsetDateTime) -> bool {
        self.clock.get_or_insert_default().note(measured, received)
    }

    /// How the device's clock stands, once a few posts with times of its own tell.
    #[must_use]
    pub fn clock(&self) -> Option<Clock> {
        let clock = self.clock.as_deref()?;
        Some(Clock { offset_ms: clock.offset_ms()?, is_off: clock.is_off() })
    }

    /// Judges the device anew. True if status or reason changed.
    pub fn settle(&mut self, kind: &DeviceKind, now: OffsetDateTime) -> bool {
        let standing = self.standing(kind, now);
        let same_reason = match (standing.reason, &self.reason) {
            (None, None) => true,
            (Some(now), Some(before)) => now.is(before),
            _ => false,
        };
        if standing.status != self.status || self.since.is_none() {
            self.since = standing.since;
        }
        if !same_reason {
            self.reason = standing.reason.map(Because::kept);
        }
        let same_status = std::mem::replace(&mut self.status, standing.status) == standing.status;
        !(same_status && same_reason)
    }

    /// Whether judging anew would give another status.
    #[must_use]
    pub fn is_due(&self, kind: &DeviceKind, now: OffsetDateTime) -> bool {
        self.standing(kind, now).status != self.status
    }

    /// Judges a device that became one of another kind: streams that the kind does not have are no
    /// longer shown.
    pub fn refit(&mut self, kind: &DeviceKind, now: OffsetDateTime) {
        for stream in self.streams.iter_mut().filter(|stream| !kind.streams.contains_key(&*stream.id)) {
            stream.latest = None;
        }
        self.settle(kind, now);
    }

    /// Status now and since when; the instant is absent if the device never reported.
    #[must_use]
    pub fn status(&self) -> (DeviceStatus, Option<OffsetDateTime>) {
        (self.status, self.since)
    }

    /// Why the status is not normal.
    #[must_use]
    pub fn reason(&self) -> Option<LocalizedText> {
        Some(match self.reason.as_ref()? {
            Reason::NeverReported => LocalizedText::new("从未上报", "has never reported"),
            Reason::NothingKept => {
                LocalizedText::new("没有当时及以前的读数", "there is no reading from then or before")
            }
            Reason::Silence { after_s } => silence_reason(*after_s),
            Reason::Band(meaning) => (**meaning).clone(),
        })
    }

    /// Latest plausible reading of each stream.
    pub fn latest(&self) -> impl Iterator<Item = (&str, &LatestReading)> {
        self.streams.iter().filter_map(|stream| Some((&*stream.id, stream.latest.as_ref()?)))
    }

    /// Latest plausible reading of a stream.
    #[must_use]
    pub fn latest_of(&self, stream: &str) -> Option<&LatestReading> {
        self.stream(stream)?.latest.as_ref()
    }

    fn place(&self, stream: &str) -> Result<usize, usize> {
        self.streams.binary_search_by(|known| (*known.id).cmp(stream))
    }

    fn stream(&self, stream: &str) -> Option<&StreamState> {
        self.streams.get(self.place(stream).ok()?)
    }

    /// What the viewer shows of the device.
    #[must_use]
    pub fn view(&self, device: &Device) -> DeviceView {
        DeviceView {
            device: device.clone(),
            status: self.status,
            status_since: self.since,
            reason: self.reason(),
            clock: self.clock(),
            latest: self.latest().map(|(id, reading)| (id.to_owned(), *reading)).collect(),
        }
    }

    fn standing<'k>(&self, kind: &'k DeviceKind, now: OffsetDateTime) -> Standing<'k> {
        let by_bands = self.by_bands(kind);
        let by_silence = self.by_silence(kind, now);
        match (by_bands, by_silence) {
            (Some(band), Some(silence)) if band.status < silence.status => silence,
            (Some(band), _) => band,
            (None, Some(silence)) => silence,
            (None, None) => Standing { status: DeviceStatus::Normal, since: self.newest(), reason: None },
        }
    }

    /// The worst band that holds; of equals the first stream's.
    fn by_bands<'k>(&self, kind: &'k DeviceKind) -> Option<Standing<'k>> {
        let mut worst: Option<Standing<'k>> = None;
        for (id, stream) in &kind.streams {
            let Some(reading) = self.latest_of(id) else { continue };
            for band in &stream.bands {
                let holds = band.from.is_none_or(|from| reading.value >= from)
                    && band.to.is_none_or(|to| reading.value <= to);
                if holds && worst.as_ref().is_none_or(|worst| band.status > worst.status) {
                    worst = Some(Standing {
                        status: band.status,
                        since: Some(reading.time),
                        reason: Some(Because::Band(&band.meaning)),
                    });
                }
            }
        }
        worst
    }

    fn by_silence<'k>(&self, kind: &'k DeviceKind, now: OffsetDateTime) -> Option<Standing<'k>> {
        let Some(newest) = self.newest() else {
            return Some(Standing {
                status: DeviceStatus::Offline,
                since: None,
                reason: Some(Because::NeverReported),
            });
        };
        let due = newest + Duration::seconds(i64::from(kind.silence_s));
        (now > due).then_some(Standing {
            status: DeviceStatus::Offline,
            since: Some(due),
            reason: Some(Because::Silence { after_s: kind.silence_s }),
        })
    }
}

fn silence_reason(silence_s: u32) -> LocalizedText {
    if silence_s.is_multiple_of(60) {
        let minutes = silence_s / 60;
        LocalizedText::new(
            format!("超过 {minutes} 分钟没有上报"),
            format!("no reading for more than {minutes} min"),
        )
    } else {
        LocalizedText::new(
            format!("超过 {silence_s} 秒没有上报"),
            format!("no reading for more than {silence_s} s"),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use time::macros::datetime;

    use super::*;
    use crate::domain::kinds::DeviceKinds;

    const NOON: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

    fn at(seconds: i64) -> OffsetDateTime {
        NOON + Duration::seconds(seconds)
    }

    fn detector() -> Arc<DeviceKind> {
        DeviceKinds::built_in().unwrap().get("smoke_detector").unwrap().clone()
    }

    fn reading(stream: &str, value: f64, seconds: i64) -> CheckedReading {
        CheckedReading {
            device: "d".into(),
            stream: stream.into(),
            value,
            time: at(seconds),
            plausible: value <= 125.0,
        }
    }

    /// The status and its instant after these readings, judged at `now`.
    fn check(
        readings: &[(&str, f64, i64)],
        now: i64,
        status: DeviceStatus,
        since: Option<i64>,
    ) -> DeviceState {
        let kind = detector();
        let mut state = DeviceState::default();
        for (stream, value, seconds) in readings {
            state.observe(&reading(stream, *value, *seconds), &kind, at(now));
        }
        state.settle(&kind, at(now));
        assert_eq!(state.status(), (status, since.map(at)));
        state
    }

    #[test]
    fn a_device_that_never_reported_is_offline_since_no_known_instant() {
        let state = check(&[], 0, DeviceStatus::Offline, None);
        assert_eq!(state.reason().unwrap().en_or_zh(), "has never reported");
    }

    #[test]
    fn the_worst_band_wins_and_says_why() {
        let state = check(
            &[("battery_pct", 15.0, 0), ("smoke_db_m", 0.3, 1), ("temperature_c", 20.0, 2)],
            2,
            DeviceStatus::Alarm,
            Some(1),
        );
        assert_eq!(state.reason(), Some(LocalizedText::new("烟雾报警", "smoke")));
    }

    #[test]
    fn a_state_of_the_past_is_judged_as_of_then_and_not_of_now() {
        let kind = detector();
        let smoke = |newest, value: Option<f64>| StreamState {
            id: "smoke_db_m".into(),
            newest: at(newest),
            latest: value.map(|value| LatestReading { value, time: at(0) }),
        };
        let silence = i64::from(kind.silence_s);
        let then = |streams, seconds| DeviceState::at(streams, &kind, at(seconds));
        let alarm = then(vec![smoke(0, Some(0.3))], 9);
        assert_eq!(alarm.status(), (DeviceStatus::Alarm, None));
        assert_eq!(alarm.reason(), Some(LocalizedText::new("烟雾报警", "smoke")));
        let quiet = |seconds| then(vec![smoke(0, Some(0.01))], seconds).status();
        assert_eq!(quiet(silence), (DeviceStatus::Normal, None));
        assert_eq!(quiet(silence + 1), (DeviceStatus::Offline, Some(at(silence))));
        let none = then(vec![], 0);
        assert_eq!(none.status(), (DeviceStatus::Offline, None));
        assert_eq!(none.reason().unwrap().en_or_zh(), "there is no reading from then or before");
    }

    #[test]
    fn an_alarm_keeps_its_first_instant_until_it_ends() {
        check(&[("smoke_db_m", 0.3, 0), ("smoke_db_m", 0.4, 9)], 9, DeviceStatus::Alarm, Some(0));
        check(&[("smoke_db_m", 0.3, 0), ("smoke_db_m", 0.01, 9)], 9, DeviceStatus::Normal, Some(9));
    }

    #[test]
    fn a_late_reading_does_not_move_the_state_back() {
        let state =
            check(&[("smoke_db_m", 0.01, 9), ("smoke_db_m", 0.5, 3)], 9, DeviceStatus::Normal, Some(9));
        assert!(!state.is_newest("smoke_db_m", at(3)));
        assert_eq!(state.latest_of("smoke_db_m").unwrap().time, at(9));
    }

    #[test]
    fn an_implausible_reading_moves_nothing_but_shows_life() {
        let state = check(
            &[("temperature_c", 20.0, 0), ("temperature_c", 900.0, 800)],
            1000,
            DeviceStatus::Normal,
            Some(800),
        );
        assert!(state.latest_of("temperature_c").unwrap().value < 21.0);
    }

    #[test]
    fn silence_turns_normal_to_offline_when_the_time_is_over() {
        check(&[("temperature_c", 20.0, 0)], 900, DeviceStatus::Normal, Some(0));
        let state = check(&[("temperature_c", 20.0, 0)], 901, DeviceStatus::Offline, Some(900));
        assert_eq!(state.reason().unwrap().en_or_zh(), "no reading for more than 15 min");
    }

    #[test]
    fn an_alarm_outlasts_silence_but_a_notice_does_not() {
        check(&[("smoke_db_m", 0.3, 0)], 5000, DeviceStatus::Alarm, Some(0));
        check(&[("battery_pct", 15.0, 0)], 5000, DeviceStatus::Offline, Some(900));
    }

    #[test]
    fn a_restart_keeps_the_instant_of_the_status() {
        let kind = detector();
        let latest = Some(LatestReading { value: 0.4, time: at(60) });
        let streams = vec![StreamState { id: "smoke_db_m".into(), newest: at(60), latest }];
        let recorded = Some((DeviceStatus::Alarm, at(0)));
        let state = DeviceState::restored(streams.clone(), recorded, &kind, at(90));
        assert_eq!(state.status(), (DeviceStatus::Alarm, Some(at(0))));
        let state = DeviceState::restored(streams, None, &kind, at(90));
        assert_eq!(state.status(), (DeviceStatus::Alarm, Some(at(60))));
    }
}
